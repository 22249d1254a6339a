"""A VMM that makes ITSes step by step, on whatever revision."""

from __future__ import annotations

from aiovgic.revisions import layers_of
from tests.machines import DIST, GRP, REDIST, Bench

BASES = (0x08080000, 0x09080000)
IIDR, TYPER = 0x4, 0x8


class Vmm:
    """One vCPU, a GICv3 that is complete unless ``ready`` is False, and ITSes with neither address nor INIT.

    Device 0 is the vGIC.
    """

    def __init__(self, revision: str, its: int = 1, *, ready: bool = True) -> None:
        self.bench = Bench(layers_of(revision))
        self.bench.ok("create_vm")
        self.bench.ok("create_vcpu", id=0)
        self.bench.ok("arm_vcpu_init", vcpu=0)
        self.bench.ok("create_device", type="vgic-v3")
        self.bench.ok("set_device_attr", dev=0, group=f"{GRP}ADDR", attr="KVM_VGIC_V3_ADDR_TYPE_DIST", value=DIST)
        self.bench.ok("set_device_attr", dev=0, group=f"{GRP}ADDR", attr="KVM_VGIC_V3_ADDR_TYPE_REDIST", value=REDIST)
        if ready:
            assert self.init(0) is None
        for _ in range(its):
            self.create()

    def create(self) -> None:
        """One more ITS."""
        self.bench.ok("create_device", type="vgic-its")

    def init(self, dev: int) -> str | None:
        """CTRL_INIT; its errno."""
        return self.ctrl(dev, "KVM_DEV_ARM_VGIC_CTRL_INIT")

    def ctrl(self, dev: int, attr: str | int) -> str | None:
        """An attribute of CTRL; its errno."""
        return self.bench.errno("set_device_attr", dev=dev, group=f"{GRP}CTRL", attr=attr)

    def addr(self, dev: int, base: int) -> str | None:
        """The address of an ITS; its errno."""
        return self.bench.errno(
            "set_device_attr", dev=dev, group=f"{GRP}ADDR", attr="KVM_VGIC_ITS_ADDR_TYPE", value=base
        )

    def get_addr(self, dev: int) -> int:
        """The address that an ITS says it has."""
        got = self.bench.ok("get_device_attr", dev=dev, group=f"{GRP}ADDR", attr="KVM_VGIC_ITS_ADDR_TYPE")
        return int(got["value"], 16)

    def run(self) -> str | None:
        """KVM_RUN; its errno."""
        return self.bench.errno("run", vcpu=0)

    def decodes(self, base: int) -> bool:
        """Whether the kernel answers a guest at that address."""
        return "mmio_exit" not in self.bench.ok("mmio_read", vcpu=0, addr=base + IIDR, size=4)

    def devid(self) -> int:
        """KVM_CAP_MSI_DEVID of the VM."""
        got: int = self.bench.ok("check_extension", cap="KVM_CAP_MSI_DEVID")["ret"]
        return got

    def typer(self, base: int) -> int:
        """GITS_TYPER as a guest reads it."""
        return int(self.bench.ok("mmio_read", vcpu=0, addr=base + TYPER, size=8)["value"], 16)

    def bus(self) -> list[str]:
        """Who is on the bus, ITSes only."""
        names = [here.device.name for here in self.bench.vm.bus.ranges.value]
        return [name for name in names if name.startswith("its")]
