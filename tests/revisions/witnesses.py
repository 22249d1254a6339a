"""A race for each excuse: a scenario that shows it, and an override of its writer that lacks the lock."""

from __future__ import annotations

from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, NamedTuple

from aiovgic.arch import gicd
from aiovgic.arch.affinity import Mpidr
from aiovgic.bugs.active_change_livelock import ActiveChangeLivelock
from aiovgic.model.cpuif import CpuInterface
from aiovgic.model.dist import Dist
from aiovgic.model.gicd_v2 import DistV2
from aiovgic.model.gicv import GicV
from aiovgic.model.init import VgicInit
from aiovgic.model.vcpu import Vcpu
from aiovgic.model.vcpu_state import VcpuState
from aiovgic.sync import replaces
from aiovgic.uapi.create import Creation
from aiovgic.uapi.one_reg import OneRegs
from aiovgic.uapi.vgic import VgicDevice

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.model.mmio import Access
    from aiovgic.sync import Layer, Lock, Part


class Witness(NamedTuple):
    """Where an excuse is used, and what it does not cover."""

    machine: str
    tasks: str
    override: Layer
    revision: str = "fixed"
    layers: tuple[Layer, ...] = ()
    """The layers that bring the code of the entry along."""

    @property
    def text(self) -> str:
        """The scenario."""
        return f"schema: 1\ntitle: A race that KVM accepts\nmachine: {self.machine}\ntasks:\n{self.tasks}"


def without(cls: type[Part], function: str, lock: Callable[..., Lock]) -> Layer:
    """A layer that runs what is below it of a function without a lock that its caller took."""
    base = vars(cls)[function]

    @wraps(base)
    async def unlocked(self: Any, *args: Any) -> Any:
        lock(self, *args).release()
        result = await getattr(super(layer, self), function)(*args)
        await lock(self, *args).acquire()
        return result

    @wraps(base)
    def unlisted(self: Any, *args: Any) -> Any:
        held, missing = self.rt.current.held, lock(self, *args)
        held.remove(missing)
        result = getattr(super(layer, self), function)(*args)
        held.append(missing)
        return result

    override = unlocked if iscoroutinefunction(base) else unlisted
    layer = replaces(cls)(type(f"Unlocked{cls.__name__}", (cls,), {function: override}))
    return layer


@replaces(Dist)
class CtlrWithoutConfigLock(Dist):
    """GICD_CTLR of a GICv3 takes no lock."""

    async def write_ctlr(self, at: Access, value: int) -> None:
        self.enabled = gicd.Ctlr(value).enable_grp1


@replaces(OneRegs)
class MpidrWithoutMutex(OneRegs):
    """KVM_SET_ONE_REG of the MPIDR takes no lock."""

    async def set(self, vcpu: Vcpu, reg: int, value: int) -> None:
        vcpu.mpidr = Mpidr(value)


CREATE_WITHOUT_CONFIG_LOCK = without(VgicInit, "create_locked", lambda init, *_: init.vm.config_lock)
CTLR_V2_WITHOUT_MUTEX = without(DistV2, "write_ctlr", lambda _dist, at, _value: at.vcpu.mutex)

ONE_ITS = "{vcpus: 2, its: [{device: 2}], lpis: [{lpi: 8192, device: 2, event: 1}]}"
NO_VGIC = "{vcpus: 2, gic: none}"
NO_VGIC_V2 = "{vcpus: 2, gic: none, host: {gic: v2}}"
CREATED = """
  vcpus: 1
  gic: none
  setup:
    - create_device: {type: vgic-v3}
      as: vgic
    - set_device_attr: {dev: vgic, group: ADDR, attr: KVM_VGIC_V3_ADDR_TYPE_DIST, value: 0x08000000}
    - set_device_attr: {dev: vgic, group: ADDR, attr: KVM_VGIC_V3_ADDR_TYPE_REDIST, value: 0x080a0000}
"""

INIT = "{set_device_attr: {dev: vgic, group: CTRL, attr: KVM_DEV_ARM_VGIC_CTRL_INIT}}"
VCPU_INIT = "{arm_vcpu_init: {vcpu: 1}}"
NR_IRQS = "{get_device_attr: {dev: vgic, group: NR_IRQS}}"
SPI = "{irq_line: {irq: 0x01000021, level: 1}}"
PPI = "{irq_line: {irq: 0x02000017, level: 1}}"


ACTIVE_SPIS = """
  vcpus: 2
  setup:
    - mmio_write: {vcpu: 0, addr: 0x08000084, size: 4, value: 0x300}
    - mmio_write: {vcpu: 0, addr: 0x08006148, size: 8, value: 1}
    - mmio_write: {vcpu: 0, addr: 0x08000104, size: 4, value: 0x300}
    - irq_line: {irq: 0x01000028, level: 1}
    - irq_line: {irq: 0x01000029, level: 1}
"""


def tasks(**steps: str) -> str:
    """Tasks by name: those whose name is that of a vCPU are its guest, all others are threads."""
    where = {name: f"vcpu: {name[4:]}" if name.startswith("vcpu") else f"thread: {name}" for name in steps}
    return "".join(f"  {name}: {{{where[name]}, steps: [{does}]}}\n" for name, does in steps.items())


def ctlr(value: int) -> str:
    """A guest writes GICD_CTLR."""
    return f"{{mmio_write: {{addr: 0x08000000, size: 4, value: {value:#x}}}}}"


WITNESSES: dict[str, Witness] = {
    "dist-enabled-oracle": Witness(
        ONE_ITS, tasks(vcpu0=ctlr(0x10), nic="{msi: {device: 2, event: 1}}"), CtlrWithoutConfigLock
    ),
    "dist-enabled-user-oracle": Witness(
        ONE_ITS,
        tasks(
            vmm="{set_device_attr: {dev: vgic, group: DIST_REGS, attr: 0, value: 0x10}}",
            nic="{msi: {device: 2, event: 1}}",
        ),
        without(Dist, "uwrite_ctlr", lambda dist, *_: dist.vm.config_lock),
    ),
    "dist-enabled-v2-oracle": Witness(
        "{vcpus: 2, gic: v2}",
        tasks(vcpu0=ctlr(0), vcpu1="{mmio_write: {addr: 0x08000f00, size: 4, value: 0x00010003}}"),
        CTLR_V2_WITHOUT_MUTEX,
    ),
    "dist-enabled-v2-read": Witness("{vcpus: 2, gic: v2}", tasks(vcpu0=ctlr(0), vcpu1=ctlr(0)), CTLR_V2_WITHOUT_MUTEX),
    "dist-enabled-v2-write": Witness("{vcpus: 2, gic: v2}", tasks(vcpu0=ctlr(0), vcpu1=ctlr(0)), CTLR_V2_WITHOUT_MUTEX),
    "nr-spis-init": Witness(
        CREATED, tasks(vmm=INIT, other=NR_IRQS), without(VgicInit, "vgic_init", lambda init, *_: init.vm.config_lock)
    ),
    "nr-spis-attr": Witness(
        CREATED,
        tasks(vmm="{set_device_attr: {dev: vgic, group: NR_IRQS, value: 64}}", other=NR_IRQS),
        without(VgicDevice, "freeze_nr_irqs", lambda device, *_: device.vm.config_lock),
    ),
    "spis-published-plain": Witness(
        CREATED,
        tasks(vmm=INIT, pin=f"{SPI}, {SPI}"),
        without(VgicInit, "dist_init", lambda init, *_: init.vm.config_lock),
    ),
    "private-irqs-published-plain": Witness(
        NO_VGIC,
        "  vmm:\n    thread: vmm\n    steps:\n      - create_device: {type: vgic-v3}\n        as: vgic\n"
        f"      - {INIT[1:-1]}\n" + tasks(pin=f"{PPI}, {PPI}"),
        without(VgicInit, "allocate_private_irqs", lambda init, *_: init.vm.config_lock),
    ),
    "private-irqs-completed-plain": Witness(
        CREATED,
        tasks(vmm=INIT, pin=f"{PPI}, {PPI}"),
        without(VgicInit, "allocate_all_private_irqs", lambda init, *_: init.vm.config_lock),
        "v6.1",
    ),
    "model-in-kernel": Witness(
        NO_VGIC, tasks(vmm="{create_device: {type: vgic-v3}}", pin=SPI), CREATE_WITHOUT_CONFIG_LOCK
    ),
    "model-has-its": Witness(
        NO_VGIC,
        tasks(vmm="{create_device: {type: vgic-v3}}", nic="{signal_msi: {address: 0x08090040, data: 1, devid: 2}}"),
        CREATE_WITHOUT_CONFIG_LOCK,
    ),
    "model-lazy-init": Witness(
        NO_VGIC_V2, tasks(vmm="{create_device: {type: vgic-v2}}", pin=SPI), CREATE_WITHOUT_CONFIG_LOCK
    ),
    "model-new-vcpu": Witness(
        NO_VGIC,
        tasks(vmm="{create_device: {type: vgic-v3}}", hotplug="{create_vcpu: {id: 2}}"),
        CREATE_WITHOUT_CONFIG_LOCK,
        "v6.12",
    ),
    "has-run-once": Witness(
        NO_VGIC,
        tasks(vcpu0="run", vmm="{set_one_reg: {vcpu: 1, id: 0x603000000013c020, value: 1}}"),
        without(Vcpu, "run_pid_change", lambda vcpu: vcpu.mutex),
    ),
    "mpidr-affinity": Witness(
        "{vcpus: 2}",
        tasks(
            vmm="{set_one_reg: {vcpu: 1, id: 0x603000000013c005, value: 0x80000002}}",
            vcpu0="{mmio_write: {addr: 0x08006108, size: 8, value: 1}}",
        ),
        MpidrWithoutMutex,
    ),
    "mpidr-first-init": Witness(
        "{vcpus: 1, gic: none, setup: [{create_vcpu: {id: 1}}]}",
        tasks(vcpu0="run", vmm=VCPU_INIT),
        without(Creation, "reset_vcpu", lambda _creation, vcpu: vcpu.mutex),
    ),
    "mpidr-init-again": Witness(
        "{vcpus: 2}",
        tasks(vcpu0="{mmio_write: {addr: 0x08006108, size: 8, value: 1}}", vmm=VCPU_INIT),
        without(Creation, "reset_vcpu", lambda _creation, vcpu: vcpu.mutex),
        "v6.1",
    ),
    "vmcr-kick": Witness(
        "{vcpus: 2}",
        tasks(vcpu0=f"{ctlr(0x10)}, {ctlr(0x12)}", vcpu1="run"),
        without(CpuInterface, "put", lambda _hw, vcpu: vcpu.mutex),
    ),
    "vmcr-kick-v2": Witness(
        "{vcpus: 2, gic: v2}",
        tasks(vcpu0=f"{ctlr(0)}, {ctlr(1)}", vcpu1="run"),
        without(GicV, "put", lambda _hw, vcpu: vcpu.mutex),
    ),
    "cpu-of-holder-load": Witness(
        ACTIVE_SPIS,
        tasks(vcpu0="{mmio_write: {addr: 0x08000304, size: 4, value: 0x200}}", vcpu1="run"),
        without(VcpuState, "vcpu_load", lambda vcpu: vcpu.mutex),
        layers=(ActiveChangeLivelock,),
    ),
    "cpu-of-holder-put": Witness(
        ACTIVE_SPIS,
        tasks(vcpu0="{mmio_write: {addr: 0x08000304, size: 4, value: 0x200}}", vcpu1="run"),
        without(VcpuState, "vcpu_put", lambda vcpu: vcpu.mutex),
        layers=(ActiveChangeLivelock,),
    ),
    "max-vcpus-extension": Witness(
        NO_VGIC,
        tasks(vmm="{create_device: {type: vgic-v3}}", other="{check_extension: {cap: KVM_CAP_MAX_VCPUS}}"),
        CREATE_WITHOUT_CONFIG_LOCK,
    ),
}
"""By the name of the excuse."""
