"""A machine to poke at, without an engine: operations are done at once, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.sync import Runtime
from aiovgic.uapi.machine import Machine
from aiovgic.uapi.operations import operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.model.vm import Vm
    from aiovgic.sync import Layer

DIST = 0x08000000
ITS = 0x08080000
REDIST = 0x080A0000
FRAME = 0x20000
GRP = "KVM_DEV_ARM_VGIC_GRP_"


class Bench:
    """One machine with one thread of userspace."""

    def __init__(self, layers: Sequence[Layer] = ()) -> None:
        self.rt = Runtime()
        self.machine = Machine(self.rt, layers)
        self.actor = self.machine.actor("test")

    @property
    def vm(self) -> Vm:
        """The VM there is."""
        assert self.machine.session is not None
        return self.machine.session.vm

    def do(self, name: str, **fields: Any) -> dict[str, Any]:
        """One operation; its result."""
        return self.rt.finish(self.machine.perform(self.actor, operation(name, fields)))

    def ok(self, name: str, **fields: Any) -> dict[str, Any]:
        """One operation that must succeed."""
        result = self.do(name, **fields)
        assert result["errno"] is None, (name, fields, result)
        return result

    def errno(self, name: str, **fields: Any) -> str | None:
        """The errno of one operation."""
        errno: str | None = self.do(name, **fields)["errno"]
        return errno

    def read(self, addr: int, size: int = 4, vcpu: int = 0) -> int:
        """A guest's load."""
        return int(self.ok("mmio_read", vcpu=vcpu, addr=addr, size=size)["value"], 0)

    def write(self, addr: int, value: int, size: int = 4, vcpu: int = 0) -> None:
        """A guest's store."""
        self.ok("mmio_write", vcpu=vcpu, addr=addr, size=size, value=value)

    def icc(self, reg: str, vcpu: int = 0) -> int:
        """A guest's read of an ICC register."""
        return int(self.ok("sysreg_read", vcpu=vcpu, reg=f"ICC_{reg}_EL1")["value"], 0)

    def set_icc(self, reg: str, value: int, vcpu: int = 0) -> None:
        """A guest's write of an ICC register."""
        self.ok("sysreg_write", vcpu=vcpu, reg=f"ICC_{reg}_EL1", value=value)


def gicv3(vcpus: int = 1, *, its: bool = False, layers: Sequence[Layer] = ()) -> Bench:
    """A machine with a GICv3 that is set up and enabled, its vCPUs ready to take interrupts."""
    bench = Bench(layers)
    bench.ok("create_vm")
    for vcpu in range(vcpus):
        bench.ok("create_vcpu", id=vcpu)
        bench.ok("arm_vcpu_init", vcpu=vcpu)
    bench.ok("create_device", type="vgic-v3")
    bench.ok("set_device_attr", dev=0, group=f"{GRP}ADDR", attr="KVM_VGIC_V3_ADDR_TYPE_DIST", value=DIST)
    bench.ok("set_device_attr", dev=0, group=f"{GRP}ADDR", attr="KVM_VGIC_V3_ADDR_TYPE_REDIST", value=REDIST)
    if its:
        bench.ok("create_device", type="vgic-its")
        bench.ok("set_device_attr", dev=1, group=f"{GRP}ADDR", attr="KVM_VGIC_ITS_ADDR_TYPE", value=ITS)
        bench.ok("set_device_attr", dev=1, group=f"{GRP}CTRL", attr="KVM_DEV_ARM_VGIC_CTRL_INIT")
    bench.ok("set_device_attr", dev=0, group=f"{GRP}CTRL", attr="KVM_DEV_ARM_VGIC_CTRL_INIT")
    bench.write(DIST, 2)
    for vcpu in range(vcpus):
        bench.set_icc("PMR", 0xF8, vcpu)
        bench.set_icc("IGRPEN1", 1, vcpu)
    return bench
