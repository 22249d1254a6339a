"""A VMM that talks to its devices in few words: what every test of the ioctls begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.uapi.machine import Machine
from tests.machines import DIST, REDIST, Bench

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiovgic.model.host import Host
    from aiovgic.sync import Layer

IPA_END = 1 << 40
NOWHERE = (1 << 64) - 1
SPI_LINE = 1 << 24
PPI_LINE = 2 << 24


class Vmm(Bench):
    """A VM with these vCPUs. Attributes are set and got by their short names; device 0 is the first one made."""

    def __init__(
        self,
        vcpus: int | Iterable[int] = 1,
        *devices: str,
        host: Host | None = None,
        layers: Sequence[Layer] = (),
    ) -> None:
        super().__init__()
        self.machine = Machine(self.rt, layers, host=host)
        self.actor = self.machine.actor("test")
        self.ok("create_vm")
        for index, vcpu_id in enumerate(range(vcpus) if isinstance(vcpus, int) else vcpus):
            self.ok("create_vcpu", id=vcpu_id)
            self.ok("arm_vcpu_init", vcpu=index)
        for device in devices:
            self.ok("create_device", type=device)

    def set(
        self, group: str | int, attr: str | int = 0, value: int = 0, *, dev: int = 0, bad: bool = False
    ) -> str | None:
        """KVM_SET_DEVICE_ATTR: its errno."""
        return self.errno("set_device_attr", dev=dev, group=group, attr=attr, value=value, addr_bad=bad)

    def must_set(self, group: str | int, attr: str | int = 0, value: int = 0, *, dev: int = 0) -> None:
        """KVM_SET_DEVICE_ATTR that must succeed."""
        self.ok("set_device_attr", dev=dev, group=group, attr=attr, value=value)

    def get(self, group: str | int, attr: str | int = 0, value: int = 0, *, dev: int = 0) -> int:
        """KVM_GET_DEVICE_ATTR: what is in the buffer then."""
        return int(self.ok("get_device_attr", dev=dev, group=group, attr=attr, value=value)["value"], 0)

    def get_errno(
        self, group: str | int, attr: str | int = 0, value: int = 0, *, dev: int = 0, bad: bool = False
    ) -> str | None:
        """KVM_GET_DEVICE_ATTR: its errno."""
        return self.errno("get_device_attr", dev=dev, group=group, attr=attr, value=value, addr_bad=bad)

    def has(self, group: str | int, attr: str | int = 0, *, dev: int = 0) -> str | None:
        """KVM_HAS_DEVICE_ATTR: its errno."""
        return self.errno("has_device_attr", dev=dev, group=group, attr=attr)

    def run(self, vcpu: int = 0) -> str | None:
        """KVM_RUN: its errno."""
        return self.errno("run", vcpu=vcpu)

    def add_region(self, count: int, base: int, index: int) -> None:
        """Set a redistributor region, which must succeed."""
        self.must_set("ADDR", "V3_REDIST_REGION", region(count, base, index))

    def region(self, count: int, base: int, index: int, flags: int = 0) -> str | None:
        """Set KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION: its errno."""
        return self.set("ADDR", "V3_REDIST_REGION", region(count, base, index, flags))


def ready(vcpus: int | Iterable[int] = 1, *devices: str) -> Vmm:
    """A VM whose vGIC has its addresses and INIT, and the devices asked for; no vCPU has run."""
    vmm = Vmm(vcpus, "vgic-v3", *devices)
    vmm.must_set("ADDR", "V3_DIST", DIST)
    vmm.must_set("ADDR", "V3_REDIST", REDIST)
    vmm.must_set("CTRL", "INIT")
    return vmm


def region(count: int, base: int, index: int, flags: int = 0) -> int:
    """The word of a redistributor region."""
    return count << 52 | base | flags << 12 | index


def on_vcpu(mpidr: int, offset: int) -> int:
    """The attribute of a register of one vCPU."""
    return mpidr << 32 | offset


def occupy(vmm: Vmm, vcpu: int) -> None:
    """Let another thread sit in an ioctl of this vCPU from now on."""
    assert vmm.rt.finish(take(vmm, vcpu))


async def take(vmm: Vmm, vcpu: int) -> bool:
    """Take a vCPU's mutex, and keep it."""
    return await vmm.vm.vcpus.value[vcpu].mutex.trylock()
