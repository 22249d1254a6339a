"""What has happened before a race: a scenario's machine as operations, in an order that a VMM would use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.arch import gicc, gicd, gicd_v2, gicr, gits
from aiovgic.arch.gicr import Pendbaser, Propbaser
from aiovgic.arch.intid import INTERRUPT_ID_BITS_ITS, VGIC_MIN_LPI
from aiovgic.scenario import layout
from aiovgic.uapi.operations import operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.record.operation import Operation
    from aiovgic.scenario.scenario import ItsPlan, LpiPlan, MachinePlan
    from aiovgic.scenario.shorthand import Rings

ITS_STATES = ("created", "addressed", "initialised", "enabled")
"""How far an ITS is set up, each further than the one before."""

PMR_ALL = 0xF8


def machine_ops(plan: MachinePlan, rings: Rings) -> Iterator[Operation]:
    """The operations that make a machine, all of which must succeed."""
    yield operation("create_vm", {})
    for vcpu in range(plan.vcpus):
        yield operation("create_vcpu", {"id": vcpu})
        yield operation("arm_vcpu_init", {"vcpu": vcpu})
    if plan.gic == "none":
        return
    yield from vgic_ops(plan) if plan.gic == "v3" else vgic_v2_ops(plan)
    if plan.ready and plan.gic == "v2":
        yield from v2_guest_ops(plan)
    elif plan.ready:
        yield from guest_ops(plan)
        for number, its in enumerate(plan.its):
            if its.state == "enabled":
                yield from its_guest_ops(plan, number, its, rings)


def vgic_ops(plan: MachinePlan) -> Iterator[Operation]:
    """What the VMM does: the vGIC, its addresses, the ITSes, INIT."""
    yield operation("create_device", {"type": "vgic-v3"})
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_NR_IRQS", 0, plan.nr_irqs)
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_ADDR", "KVM_VGIC_V3_ADDR_TYPE_DIST", layout.DIST)
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_ADDR", "KVM_VGIC_V3_ADDR_TYPE_REDIST", layout.REDIST)
    for number, its in enumerate(plan.its):
        yield operation("create_device", {"type": "vgic-its"})
        reached = ITS_STATES.index(its.state)
        if reached >= ITS_STATES.index("addressed"):
            yield set_attr(1 + number, "KVM_DEV_ARM_VGIC_GRP_ADDR", "KVM_VGIC_ITS_ADDR_TYPE", its.base)
        if reached >= ITS_STATES.index("initialised"):
            yield set_attr(1 + number, "KVM_DEV_ARM_VGIC_GRP_CTRL", "KVM_DEV_ARM_VGIC_CTRL_INIT")
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_CTRL", "KVM_DEV_ARM_VGIC_CTRL_INIT")


def vgic_v2_ops(plan: MachinePlan) -> Iterator[Operation]:
    """What the VMM does for a GICv2: the vGIC, its addresses, INIT."""
    yield operation("create_device", {"type": "vgic-v2"})
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_NR_IRQS", 0, plan.nr_irqs)
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_ADDR", "KVM_VGIC_V2_ADDR_TYPE_DIST", layout.DIST)
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_ADDR", "KVM_VGIC_V2_ADDR_TYPE_CPU", layout.GICC)
    yield set_attr(0, "KVM_DEV_ARM_VGIC_GRP_CTRL", "KVM_DEV_ARM_VGIC_CTRL_INIT")


def v2_guest_ops(plan: MachinePlan) -> Iterator[Operation]:
    """What a guest of a GICv2 does first: distributor and CPU interfaces on."""
    if plan.vcpus:
        yield write(0, layout.DIST + gicd_v2.CTLR.offset, gicd_v2.CtlrV2.of(enable=True), 4)
    for vcpu in range(plan.vcpus):
        yield write(vcpu, layout.GICC + gicc.PMR.offset, PMR_ALL, 4)
        yield write(vcpu, layout.GICC + gicc.CTLR.offset, gicc.GiccCtlr.of(enable_grp0=True), 4)


def set_attr(dev: int, group: str, attr: str | int, value: int = 0) -> Operation:
    """KVM_SET_DEVICE_ATTR."""
    return operation("set_device_attr", {"dev": dev, "group": group, "attr": attr, "value": value})


def write(vcpu: int, addr: int, value: int, size: int) -> Operation:
    """A guest's store."""
    return operation("mmio_write", {"vcpu": vcpu, "addr": addr, "size": size, "value": value})


def guest_ops(plan: MachinePlan) -> Iterator[Operation]:
    """What the guest does first: distributor and CPU interfaces on, LPIs on if there is an ITS."""
    if not plan.vcpus:
        return
    yield write(0, layout.DIST + gicd.CTLR.offset, gicd.Ctlr.of(enable_grp1=True), 4)
    for vcpu in range(plan.vcpus):
        yield sysreg(vcpu, "ICC_PMR_EL1", PMR_ALL)
        yield sysreg(vcpu, "ICC_IGRPEN1_EL1", 1)
    if not plan.its:
        return
    for lpi in plan.lpis:
        yield operation("mem_write", {"gpa": layout.PROP_TABLE + lpi.lpi - VGIC_MIN_LPI, "hex": property_of(lpi)})
    propbaser = Propbaser.of(base=layout.PROP_TABLE, id_bits=INTERRUPT_ID_BITS_ITS - 1)
    for vcpu in range(plan.vcpus):
        frame = layout.redist(vcpu)
        yield write(vcpu, frame + gicr.PROPBASER.offset, propbaser, 8)
        pendbaser = Pendbaser.of(base=layout.pend_table(vcpu), ptz=True)
        yield write(vcpu, frame + gicr.PENDBASER.offset, pendbaser, 8)
        yield write(vcpu, frame + gicr.CTLR.offset, gicr.GicrCtlr.of(enable_lpis=True), 4)


def sysreg(vcpu: int, reg: str, value: int) -> Operation:
    """A guest's write of a system register."""
    return operation("sysreg_write", {"vcpu": vcpu, "reg": reg, "value": value})


def property_of(lpi: LpiPlan) -> str:
    """An LPI's byte of the configuration table, in hexadecimal."""
    return f"{lpi.priority & ~3 | lpi.enabled:02x}"


def its_guest_ops(plan: MachinePlan, number: int, its: ItsPlan, rings: Rings) -> Iterator[Operation]:
    """What the guest does with an ITS: tables, the ring, on; then its collections, devices and events."""
    valid_table = {"valid": True, "pages": 0}
    tables = layout.its_tables(number)
    device_table = gits.Baser.of(base_low=tables.devices, **valid_table)
    coll_table = gits.Baser.of(base_low=tables.collections, **valid_table)
    ring = gits.Cbaser.of(base=tables.ring, valid=True, pages=layout.RING_BYTES // gits.CBASER_PAGE - 1)
    yield write(0, its.base + gits.BASER.offset, device_table, 8)
    yield write(0, its.base + gits.BASER.offset + gits.BASER.stride, coll_table, 8)
    yield write(0, its.base + gits.CBASER.offset, ring, 8)
    yield write(0, its.base + gits.CTLR.offset, gits.GitsCtlr.of(enabled=True), 4)
    commands: list[tuple[str, dict[str, Any]]] = [
        ("mapc", {"collection": vcpu, "vcpu": vcpu}) for vcpu in range(plan.vcpus)
    ]
    commands += [("mapd", {"device": device, "events": events}) for device, events in its.devices.items()]
    commands += [
        ("mapti", {"device": lpi.device, "event": lpi.event, "lpi": lpi.lpi, "collection": lpi.vcpu})
        for lpi in plan.lpis
        if lpi.its == number
    ]
    placed = [rings.put(name, {**fields, "its": number}) for name, fields in commands]
    data = b"".join(command for _, _, command in placed)
    yield operation("mem_write", {"gpa": placed[0][1], "hex": data.hex()})
    yield rings.doorbell(number, 0)
