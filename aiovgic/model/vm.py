"""A virtual machine: memory, bus, vCPUs, and the locks over all of them."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.intid import VGIC_V2_MAX_CPUS, is_lpi
from aiovgic.errors import UapiError
from aiovgic.model.bus import Bus
from aiovgic.model.dist import VGIC_ADDR_UNDEF, Dist
from aiovgic.model.forwarding import Forwarding
from aiovgic.model.gicc_user import CpuRegsV2
from aiovgic.model.gicd_v2 import DistV2
from aiovgic.model.host import GICV2
from aiovgic.model.init import VgicInit
from aiovgic.model.inject import Injector
from aiovgic.model.irqfd import Irqfds
from aiovgic.model.its import MsiInjection
from aiovgic.model.lpi import LpiControl
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.model.memory import Memory
from aiovgic.model.mpidr import MpidrTable
from aiovgic.model.rd_region import RdRegions
from aiovgic.model.routing import Routing
from aiovgic.model.sgi import Sgis
from aiovgic.sync import ACQUIRE, RELEASE, Guarded, GuardedList, Part, Rcu

if TYPE_CHECKING:
    from aiovgic.model.faults import Faults
    from aiovgic.model.host import Host
    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Its
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Parts

KVM_MAX_VCPUS = 512


class Vm(Part):
    """One VM (struct kvm, struct kvm_arch)."""

    max_vcpus = Guarded(KVM_MAX_VCPUS, by="config_lock")
    has_vfio = Guarded(default=False, by="kvm->lock")
    ending = Guarded(default=False, by="users_count")
    """Whether the VM is being destroyed: its parts are freed one by one, and no other task uses it."""
    halts = Guarded(0, by="config_lock")
    """How many halts are complete and have not ended. Counted by a probe (`model/halted.py`)."""
    kvm_devices = GuardedList[Part](by="kvm->lock")
    """What KVM_CREATE_DEVICE has made (struct kvm_device); ``devices`` has the ITSes among them."""
    vcpu_features: Guarded[int | None] = Guarded(None, by="config_lock")
    """What KVM_ARM_VCPU_INIT asked for first; None before it did."""

    def __init__(self, parts: Parts, name: str, faults: Faults, host: Host, ipa_bits: int) -> None:
        super().__init__(parts, name)
        self.faults = faults
        self.host = host
        self.ipa_bits = ipa_bits
        self.max_vcpus = VGIC_V2_MAX_CPUS if host.gic == GICV2 else KVM_MAX_VCPUS
        self.kvm_lock = self.lock("kvm->lock", sleeps=True)
        self.slots_lock = self.lock("slots_lock", sleeps=True)
        self.config_lock = self.lock("config_lock", sleeps=True)
        self.srcu = self.srcu_struct("srcu")
        self.rcu = Rcu(self.rt, self, "rcu")
        # Changed under kvm->lock; INIT looks at it with config_lock only (docs/facts/uapi.md#8).
        self.created_vcpus = self.shared("created_vcpus", 0)
        # Published one by one as they are made; readers need no lock (vcpu_array, online_vcpus).
        self.vcpus = self.shared("vcpus", no_vcpus())
        # list_add_rcu under kvm->lock, newest first; readers need no lock.
        self.devices = self.shared("devices", no_devices())
        # The VM's own descriptor has one, and so has each device's (kvm_get_kvm).
        self.users_count = self.ref()
        # Set once, never cleared; every ioctl looks at it first (kvm_vm_dead).
        self.vm_dead = self.shared("vm_dead", value=False)
        self.memory = parts.make(Memory, "memory", faults)
        self.bus = parts.make(Bus, "bus", self)
        # Three parts of one name: traces and reports say "lpis" for each of them.
        self.lpis = parts.make(LpiIndex, "lpis", self)
        self.lpi_tables = parts.make(LpiTables, "lpis", self, self.lpis)
        self.lpi_control = parts.make(LpiControl, "lpis", self, self.lpis, self.lpi_tables)
        self.dist = parts.make(Dist, "dist", self)
        self.dist_v2 = parts.make(DistV2, "dist", self)
        self.cpu_regs_v2 = parts.make(CpuRegsV2, "cpu_regs", self)
        self.mpidr = parts.make(MpidrTable, "mpidr", self)
        self.init = parts.make(VgicInit, "init", self)
        self.injector = parts.make(Injector, "injector", self)
        self.routing = parts.make(Routing, "routing", self)
        self.irqfds = parts.make(Irqfds, "irqfds", self)
        self.forwarding = parts.make(Forwarding, "forwarding", self)
        self.sgi = parts.make(Sgis, "sgi", self)
        self.msi = parts.make(MsiInjection, "msi", self)
        self.rd_regions = parts.make(RdRegions, "rd_regions", self)

    # -- vCPUs -------------------------------------------------------------------------------

    async def each_vcpu(self) -> tuple[Vcpu, ...]:
        """All vCPUs that are online, in order of creation (kvm_for_each_vcpu)."""
        return await self.vcpus.load(ACQUIRE)

    async def get_vcpu_by_id(self, vcpu_id: int) -> Vcpu | None:
        """The vCPU with this id (kvm_get_vcpu_by_id)."""
        for vcpu in await self.each_vcpu():
            if vcpu.vcpu_id == vcpu_id:
                return vcpu
        return None

    async def mpidr_to_vcpu(self, affinity: int) -> Vcpu | None:
        """The vCPU with this affinity, Aff3 to Aff0 in 32 bits (kvm_mpidr_to_vcpu)."""
        return await self.mpidr.find(affinity)

    async def publish_vcpu(self, vcpu: Vcpu) -> None:
        """Publish a vCPU that is complete (vcpu_array, online_vcpus)."""
        self.kvm_lock.assert_held()
        vcpu.index = vcpu.mutex.key = len(await self.each_vcpu())
        await self.vcpus.update(lambda now: (*now, vcpu), RELEASE)

    async def stop_all(self) -> tuple[Vcpu, ...]:
        """Keep every vCPU from running, and others from being made. Raises EBUSY if one is busy."""
        await self.kvm_lock.acquire()
        try:
            return await self.trylock_all_vcpus()
        except UapiError:
            self.kvm_lock.release()
            raise

    def unlock_all(self, vcpus: tuple[Vcpu, ...]) -> None:
        """Undo stop_all."""
        self.unlock_vcpus(vcpus)
        self.kvm_lock.release()

    async def trylock_all_vcpus(self) -> tuple[Vcpu, ...]:
        """Take every vCPU's mutex or none; raises EBUSY if one is busy (lock_all_vcpus).

        ``kvm->lock`` is held, so that no vCPU comes while they are locked.
        """
        locked: list[Vcpu] = []
        vcpus = await self.each_vcpu()
        for vcpu in vcpus:
            if not await vcpu.mutex.trylock():
                self.unlock_vcpus(tuple(locked))
                raise UapiError(errno.EBUSY, f"{vcpu.name} is busy")
            locked.append(vcpu)
        return vcpus

    def unlock_vcpus(self, vcpus: tuple[Vcpu, ...]) -> None:
        """Undo trylock_all_vcpus (unlock_vcpus)."""
        for vcpu in reversed(vcpus):
            vcpu.mutex.release()

    def check_iorange(self, current: int, base: int, alignment: int, size: int) -> None:
        """Whether a device may be put at ``base`` (vgic_check_iorange). Raises EEXIST, EINVAL, E2BIG."""
        if current != VGIC_ADDR_UNDEF:
            raise UapiError(errno.EEXIST, f"it is at {current:#x} already")
        if base % alignment or size % alignment:
            raise UapiError(errno.EINVAL, f"{base:#x} is not aligned to {alignment:#x}")
        if base + size > VGIC_ADDR_UNDEF:
            raise UapiError(errno.EINVAL, f"{base:#x} and {size:#x} bytes wrap")
        if base >= 1 << self.ipa_bits or base + size > 1 << self.ipa_bits:
            raise UapiError(errno.E2BIG, f"{base:#x} and {size:#x} bytes end beyond {self.ipa_bits} bits")

    # -- interrupts ------------------------------------------------------------------------------

    async def get_irq(self, vcpu: Vcpu | None, intid: int) -> Irq | None:
        """The interrupt behind an INTID, with a reference if it is an LPI (vgic_get_irq)."""
        if is_lpi(intid):
            return await self.lpis.get(intid)
        await self.load_irqs(vcpu, intid)
        return self.find_irq(vcpu, intid)

    async def load_irqs(self, vcpu: Vcpu | None, intid: int) -> None:
        """Look whether there are interrupts: the point of one look-up, or of those of one register access."""
        if not self.dist.is_private(intid):
            await self.dist.spis.load()
        elif vcpu is not None:
            await vcpu.private_irqs.load()

    def find_irq(self, vcpu: Vcpu | None, intid: int) -> Irq | None:
        """The interrupt behind an INTID that is not counted: private to ``vcpu``, or an SPI; see load_irqs."""
        if self.dist.is_private(intid):
            return None if vcpu is None else vcpu.private_irq(intid)
        return self.dist.spi(intid)

    async def put_irq(self, irq: Irq) -> None:
        """Drop the reference that get_irq gave (vgic_put_irq)."""
        if irq.is_lpi():
            await self.lpis.put(irq)

    async def get_irq_ref(self, irq: Irq) -> None:
        """Take one more reference of an interrupt one holds already (vgic_get_irq_ref)."""
        if irq.is_lpi():
            await irq.refcount.get()

    # -- all vCPUs at once ------------------------------------------------------------------------

    async def halt_guest(self) -> None:
        """Stop every vCPU from running guest code, and wait until none does (kvm_arm_halt_guest)."""
        await self.pause_guest()

    async def resume_guest(self) -> None:
        """End one halt; the last one to end lets the vCPUs run (kvm_arm_resume_guest)."""
        await self.unpause_guest()

    async def pause_guest(self) -> None:
        """Ask every vCPU out of its guest, and wait for those that are in it."""
        for vcpu in await self.each_vcpu():
            await vcpu.pause.update(lambda count: count + 1)
        running = [vcpu for vcpu in await self.each_vcpu() if await vcpu.request_sleep()]
        for vcpu in running:
            await vcpu.wait_until_outside()

    async def unpause_guest(self) -> None:
        """Let the vCPUs that pause_guest stopped run again."""
        for vcpu in await self.each_vcpu():
            if await vcpu.pause.update(lambda count: count - 1) == 1:
                vcpu.wait.wake()

    async def vgic_kick_vcpus(self) -> None:
        """Kick every vCPU that has something deliverable on its list (vgic_kick_vcpus)."""
        for vcpu in await self.each_vcpu():
            if await vcpu.vcpu_pending_irq():
                await vcpu.make_request_irq_pending()
                await vcpu.kick()

    async def mark_dead(self) -> None:
        """Mark the VM dead: every later ioctl fails, and running vCPUs get a request (kvm_vm_dead)."""
        await self.vm_dead.store(value=True)
        for vcpu in await self.each_vcpu():
            await vcpu.make_vm_dead_request()


def no_vcpus() -> tuple[Vcpu, ...]:
    """The vCPUs of a new VM."""
    return ()


def no_devices() -> tuple[Its, ...]:
    """The devices of a new VM."""
    return ()
