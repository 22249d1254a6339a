"""Facts that rules are about: what points where it should not, what is said to be ready, and what refers to what.

As `facts`: for moments when no task runs, without locks or points. Objects are told apart here,
so that rules need only names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.arch.gicc import VmcrV2
from aiovgic.arch.icc import Vmcr
from aiovgic.model.dist import Model
from aiovgic.model.irq import Config
from aiovgic.model.vcpu_state import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiovgic.model.bus import IoDevice
    from aiovgic.model.irq import Irq
    from aiovgic.model.its.records import ItsCollection, ItsDevice
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Context, Part, Shared

    Claims = dict[str, bool]


def events(vm: Vm) -> Iterator[tuple[str, Any]]:
    """Every mapped event of every ITS, by a name."""
    for its in reversed(vm.devices.value):
        for device in its.maps.devices():
            for ite in device.itt.values():
                yield f"{its.name} {device.device_id}:{ite.event_id}", ite


def strays(vm: Vm) -> list[tuple[str, int]]:
    """Events whose LPI is another object than the index has under its INTID."""
    index = dict(vm.lpis.lpi_xa.entries())
    return [
        (name, ite.irq.intid)
        for name, ite in events(vm)
        if ite.irq is not None and index.get(ite.irq.intid) is not ite.irq
    ]


def dangling(vm: Vm) -> list[tuple[str, str, str]]:
    """Pointers to freed memory that are in use: the holder, the freed part, and its identity."""
    held: list[tuple[str, Part | IoDevice]] = [("bus", here.device) for here in vm.bus.ranges.value]
    held += [(name, ite.irq) for name, ite in events(vm) if ite.irq is not None]
    for its in reversed(vm.devices.value):
        held += [(its.cache.name, irq) for irq in its.cache.cached()]
    for vcpu in vm.vcpus.value:
        held += [(f"{vcpu.name}.ap_list", irq) for irq in vcpu.ap_list]
        if vcpu.rd.rdreg is not None:
            held.append((vcpu.rd.name, vcpu.rd.rdreg))
    return [(holder, part.name, part.ident) for holder, part in held if part.freed]


def forwarded(vm: Vm) -> list[tuple[str, str, str]]:
    """How the host's mappings and the guest's LPIs differ: in words, the host's interrupt, and the LPI."""
    here = {irq.host_irq.name: irq for irq in vm.lpis.lpi_xa.stored() if irq.host_irq is not None}
    armed = [eventfd.host_irq.name for eventfd, _ in vm.irqfds.items]
    found = []
    for host_irq in dict.fromkeys(vm.forwarding.known):
        irq = here.get(host_irq.name)
        lpi = f"irq{host_irq.vintid}" if irq is None else irq.name
        if host_irq.vpe is not None and host_irq.name not in armed:
            found.append((f"{host_irq.name} is a vLPI of {host_irq.vpe}, and its irqfd is gone", host_irq.name, lpi))
        vpe, target = host_irq.vpe, None if irq is None else irq.target_vcpu
        if vpe is not target:
            what = "no LPI" if irq is None else f"{irq.name} for {target}"
            found.append((f"{host_irq.name} is a vLPI of {vpe}, and is {what}", host_irq.name, lpi))
    return found


def outlived(vm: Vm) -> list[tuple[str, int, str]]:
    """Devices and collections that were mapped under another value of their BASER than it has now.

    Each with its ITS and the number of the BASER.
    """
    found: list[tuple[str, int, str]] = []
    for its in reversed(vm.devices.value):
        tables: tuple[tuple[int, int, Iterable[ItsDevice | ItsCollection]], ...] = (
            (0, its.baser_device_table.value, its.maps.devices()),
            (1, its.baser_coll_table.value, its.maps.collection_list.values()),
        )
        for n, now, mapped in tables:
            found += [(its.name, n, each.name) for each in mapped if each.table != now]
    return found


def astray(vm: Vm) -> list[tuple[str, str, str, str]]:
    """LPIs that go elsewhere than their event says: event, LPI, target, and the vCPU of the event's collection.

    MOVALL moves LPIs and no collection, so each vCPU that a MOVALL can have moved the LPI to is right as well.
    """
    vcpus = vm.vcpus.value
    moves = [
        (its.named_vcpu(vcpus, source), its.named_vcpu(vcpus, target))
        for its in vm.devices.value
        for source, target in its.commands.movalls
    ]
    found: list[tuple[str, str, str, str]] = []
    for its in reversed(vm.devices.value):
        for device in its.maps.devices():
            for ite in device.itt.values():
                collection, irq = ite.collection, ite.irq
                if irq is None or collection is None or not collection.is_mapped():
                    continue
                vcpu = its.named_vcpu(vcpus, collection.target_addr)
                if vcpu is not None and irq.target_vcpu not in reached(vcpu, moves):
                    event = f"{its.name} {device.device_id}:{ite.event_id}"
                    found.append((event, irq.name, str(irq.target_vcpu), vcpu.name))
    return found


def reached(vcpu: Vcpu, moves: list[tuple[Vcpu | None, Vcpu | None]]) -> list[Vcpu]:
    """The vCPUs that an LPI can be moved to from this one, with itself; the moves are in no order."""
    found = [vcpu]
    for here in found:
        found += [to for source, to in moves if source is here and to is not None and to not in found]
    return found


def claims(vm: Vm, word: Shared[Any] | None = None) -> Claims:
    """What flags say now, and whether it is so. With a word, only claims that its publication may make false."""
    dist = vm.dist
    initialized, has_its, ready = dist.initialized, dist.has_its_flag, dist.ready
    said: Claims = {}
    if word not in (None, initialized, has_its, ready, vm.bus.ranges) or vm.ending:
        return said
    if word in (None, initialized, has_its) and initialized.value:
        if word is not has_its:
            said["the vGIC is initialized and has its SPIs"] = dist.spis.value is not None
        if vm.host.gicv4 and has_its.value:
            said["the vGIC is initialized, has an ITS, and the host has its vPEs"] = vm.forwarding.vpes is not None
    if word in (None, ready, vm.bus.ranges) and ready.value:
        frame = vm.dist_v2 if dist.vgic_model is Model.V2 else dist
        said["the vGIC is ready and its distributor is on the bus"] = any(
            here.device is frame for here in vm.bus.ranges.value
        )
    return said


def in_guest(vm: Vm, me: Context) -> Iterator[Vcpu]:
    """The vCPU that a context runs, if that is in its guest. It is no point, and reads what only ``me`` changes."""
    return (vcpu for vcpu in vm.vcpus.now if vcpu.mutex.holder is me and vcpu.in_guest)


def unheard(vm: Vm, me: Context) -> list[tuple[str, str]]:
    """Interrupts that are due on the list of the vCPU that ``me`` runs, and in no list register.

    The vCPU is in its guest, and no other task has kicked it. A request alone does not take it out of the guest.
    """
    found: list[tuple[str, str]] = []
    for vcpu in in_guest(vm, me):
        full = len(vcpu.hw.lrs) == vm.host.list_registers
        # The mode counts as read only if the vCPU was kicked. Else the answer depends on what is due.
        kicked = vcpu.mode.now is not Mode.IN_GUEST_MODE and vcpu.mode.value is not Mode.IN_GUEST_MODE
        if full or kicked:
            continue
        found += [(vcpu.name, irq.name) for irq in vcpu.ap_list if waits(vcpu, irq)]
    return found


def asleep(vm: Vm) -> list[tuple[str, str]]:
    """VCPUs that wait for an interrupt, each with an interrupt of its list that can be delivered to it."""
    return [
        (vcpu.name, irq.name) for vcpu in vm.vcpus.value if is_blocked(vcpu) for irq in vcpu.ap_list if wakes(vcpu, irq)
    ]


def stranded(vm: Vm) -> list[tuple[str, str, str]]:
    """Interrupts that a blocked vCPU waits for, on the list of a vCPU that does not run: interrupt, holder, target."""
    found: list[tuple[str, str, str]] = []
    for holder in vm.vcpus.value:
        if holder.in_guest or holder.mode.value is not Mode.OUTSIDE_GUEST_MODE:
            continue
        for irq in holder.ap_list:
            target = irq.target_vcpu
            if target is not None and target is not holder and is_blocked(target) and wakes(target, irq):
                found.append((irq.name, holder.name, target.name))
    return found


def is_blocked(vcpu: Vcpu) -> bool:
    """Whether a vCPU waits for an interrupt, and may be woken by one."""
    return bool(vcpu.wait.sleepers and vcpu.vm.dist.enabled and not (vcpu.powered_off or vcpu.pause.value))


def wakes(vcpu: Vcpu, irq: Irq) -> bool:
    """Whether an interrupt is due, and more urgent than the priority mask of a vCPU (vgic_vcpu_pending_irq)."""
    pmr = VmcrV2(vcpu.vmcr).pmr if vcpu.hw is vcpu.gicv else Vmcr(vcpu.vmcr).pmr
    return irq.enabled and irq.is_pending() and not irq.active and irq.priority < pmr


def waits(vcpu: Vcpu, irq: Irq) -> bool:
    """Whether a listed interrupt is due on this vCPU, and is not in its list registers."""
    due = irq.enabled and irq.is_pending() and irq.target_vcpu is vcpu and vcpu.vm.dist.enabled
    if not due or irq.source:
        return False
    loaded = [lr for lr in vcpu.hw.lrs if lr.intid == irq.intid]
    if not loaded:
        return not irq.active
    return loaded[0].is_free() and irq.config is Config.EDGE  # whether it is active is the register's to say
