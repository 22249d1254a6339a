"""A vCPU: its mode, the requests others make of it, kicks, and being halted.

"Queue, then request and kick" against "set the mode, then look for requests" is the
store-buffer pattern that guarantees a queued interrupt is never missed (kvm_vcpu_kick).
"""

from __future__ import annotations

import errno
from enum import Enum, IntFlag
from typing import TYPE_CHECKING

from aiovgic.arch.affinity import Affinity, Mpidr
from aiovgic.errors import UapiError
from aiovgic.model.vgic_cpu import VgicCpu
from aiovgic.record.finding import Violation
from aiovgic.sync import ACQUIRE, FULL, RELEASE, Guarded

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class Mode(Enum):
    """Where a vCPU is (kvm_vcpu.mode)."""

    OUTSIDE_GUEST_MODE = "outside"
    IN_GUEST_MODE = "in"
    EXITING_GUEST_MODE = "exiting"


class Request(IntFlag):
    """What others ask of a vCPU before it enters the guest again (KVM_REQ_*)."""

    VM_DEAD = 1 << 1
    SLEEP = 1 << 8
    IRQ_PENDING = 1 << 9


NO_REQUEST = Request(0)


class Feature(IntFlag):
    """What KVM_ARM_VCPU_INIT can ask for (KVM_ARM_VCPU_*)."""

    POWER_OFF = 1 << 0
    EL1_32BIT = 1 << 1
    PSCI_0_2 = 1 << 2
    PMU_V3 = 1 << 3
    SVE = 1 << 4
    PTRAUTH_ADDRESS = 1 << 5
    PTRAUTH_GENERIC = 1 << 6


NO_FEATURE = Feature(0)

NO_CPU = -1
"""Of a vCPU that is not loaded."""


class VcpuState(VgicCpu):
    """What others see and do of a vCPU (struct kvm_vcpu)."""

    initialised = Guarded(default=False, by="vcpu->mutex")
    has_run_once = Guarded(default=False, by="vcpu->mutex")
    mpidr = Guarded(Mpidr(0), by="vcpu->mutex")
    powered_off = Guarded(default=False, by="vcpu->mutex")
    features = Guarded(NO_FEATURE, by="vcpu->mutex")
    in_guest = Guarded(default=False, by="vcpu->mutex")
    """For rules: whether it executes its guest, with the list registers loaded."""
    cpu = Guarded(NO_CPU, by="vcpu->mutex")
    """Where it is loaded (kvm_vcpu.cpu)."""

    def __init__(self, parts: Parts, name: str, vm: Vm, vcpu_id: int) -> None:
        super().__init__(parts, name, vm, vcpu_id)
        self.index = -1
        """How many vCPUs were online before it (vcpu_idx)."""
        self.mutex = self.lock("vcpu->mutex", vcpu_id, sleeps=True)
        # Full barrier on entry, store-release on exit once the state is folded (docs/facts/interrupts.md#7).
        self.mode = self.shared("mode", Mode.OUTSIDE_GUEST_MODE)
        # Bits set by anyone, cleared by the vCPU, both atomic (kvm_make_request, kvm_check_request).
        self.requests = self.shared("requests", NO_REQUEST)
        # The virtual IRQ and FIQ lines that userspace drives, set with atomic bit operations (HCR_EL2.VI, VF).
        self.irq_lines = self.shared("hcr", 0)
        # How many halts are in force; counted atomically.
        self.pause = self.shared("pause", 0)
        self.core_regs: dict[int, int] = {}
        """The registers of struct kvm_regs that are not 0, by their place in it."""
        self.wait = self.wait_queue("wait")
        self.exited = self.wait_queue("exited")

    @property
    def affinity(self) -> Affinity:
        """Where this vCPU is; 0 before KVM_ARM_VCPU_INIT."""
        return Mpidr(self.mpidr).affinity

    async def lock_killable(self) -> None:
        """Take the mutex, as every ioctl of a vCPU does. Raises EINTR for a task that was killed."""
        if not await self.mutex.acquire_killable():
            raise UapiError(errno.EINTR, f"killed while another thread has {self.name}")

    # -- requests -----------------------------------------------------------------------------

    async def make_request(self, request: Request) -> None:
        """Ask something of this vCPU (kvm_make_request)."""
        await self.requests.update(lambda now: now | request)

    async def check_request(self, request: Request) -> bool:
        """Whether it was asked; takes the request (kvm_check_request)."""
        if not await self.requests.load() & request:
            return False
        await self.requests.update(lambda now: now & ~request)
        return True

    async def make_request_irq_pending(self) -> None:
        """There may be something to flush (KVM_REQ_IRQ_PENDING)."""
        await self.make_request(Request.IRQ_PENDING)

    async def make_vm_dead_request(self) -> None:
        """The VM is dead; come out and say so (KVM_REQ_VM_DEAD)."""
        await self.make_request(Request.VM_DEAD)
        await self.kick()

    # -- kicks -----------------------------------------------------------------------------------

    async def kick(self) -> None:
        """Make this vCPU check its requests: wake it, or get it out of the guest (kvm_vcpu_kick)."""
        self.rt.event("kick", self.name)
        if self.wait.wake():
            return
        await self.exiting_guest_mode()

    async def exiting_guest_mode(self) -> Mode:
        """Tell a vCPU in guest mode to leave it; which mode it was in (kvm_vcpu_exiting_guest_mode)."""
        return await self.mode.cmpxchg(Mode.IN_GUEST_MODE, Mode.EXITING_GUEST_MODE, ACQUIRE)

    async def request_sleep(self) -> bool:
        """Ask this vCPU to pause; whether it must be waited for (kvm_make_all_cpus_request with KVM_REQ_SLEEP)."""
        await self.make_request(Request.SLEEP)
        return await self.exiting_guest_mode() is not Mode.OUTSIDE_GUEST_MODE

    async def wait_until_outside(self) -> None:
        """Wait until this vCPU has left the guest and folded its state."""
        await self.exited.wait(self.is_outside)

    def check_not_halted(self) -> None:
        """Check that no halt is complete while this vCPU is in its guest. Raises Violation.

        Asked of all vCPUs when a halt is complete, and of one that enters its guest (kvm_arm_halt_guest): whatever
        is done under a halt relies on list registers that are not loaded.
        """
        if self.in_guest and self.vm.halts:
            raise Violation("lr-edit", "in-guest-while-halted", f"{self.name} is in its guest while the VM is halted")

    async def is_outside(self) -> bool:
        """Whether it has left the guest and folded its state."""
        return await self.mode.load(ACQUIRE) is Mode.OUTSIDE_GUEST_MODE

    async def enter_guest_mode(self) -> None:
        """Publish that the state is about to be loaded (IN_GUEST_MODE, full barrier)."""
        await self.mode.store(Mode.IN_GUEST_MODE, FULL)

    async def leave_guest_mode(self) -> None:
        """Publish that the state is folded back (OUTSIDE_GUEST_MODE, store-release)."""
        await self.mode.store(Mode.OUTSIDE_GUEST_MODE, RELEASE)
        self.exited.wake()

    # -- sleeping ----------------------------------------------------------------------------------

    async def sleep(self) -> None:
        """Stay here while this vCPU is halted or off; a signal ends it early (kvm_vcpu_sleep)."""
        await self.wait.wait(self.check_sleep, idle=self.powered_off, killable=True)
        await self.sched_in()
        if not await self.may_run():
            await self.make_request(Request.SLEEP)  # a signal first, then sleep again

    async def check_sleep(self) -> bool:
        """Whether to sleep no longer; otherwise the vCPU is scheduled out next."""
        return await self.may_run() or await self.gives_up_cpu()

    async def may_run(self) -> bool:
        """Whether it is powered on, and no halt is in force."""
        return not self.powered_off and await self.pause.load() == 0

    async def halt(self) -> None:
        """Block until there is something to run for, or a signal (kvm_vcpu_halt)."""
        await self.wait.wait(self.check_block, idle=True, killable=True)

    async def check_block(self) -> bool:
        """Whether to block no longer; otherwise the vCPU is scheduled out next (kvm_vcpu_check_block)."""
        return await self.is_runnable() or await self.gives_up_cpu()

    async def gives_up_cpu(self) -> bool:
        """The thread sleeps now, and is scheduled out: never a reason to go on."""
        await self.sched_out()
        return False

    async def sched_out(self) -> None:
        """The vCPU's thread gives up its CPU (kvm_sched_out)."""
        self.vcpu_put()

    async def sched_in(self) -> None:
        """It has a CPU, again if it had given it up (kvm_sched_in)."""
        if self.cpu == NO_CPU:
            self.vcpu_load()

    def vcpu_load(self) -> None:
        """From now on this vCPU is the one on its CPU (kvm_arch_vcpu_load)."""
        self.cpu = self.rt.current.cpu.number
        self.vgic_load()

    def vcpu_put(self) -> None:
        """It is on none (kvm_arch_vcpu_put)."""
        self.vgic_put()
        self.cpu = NO_CPU

    async def is_runnable(self) -> bool:
        """Whether a blocked vCPU has a reason to run (kvm_arch_vcpu_runnable)."""
        has_irq = bool(await self.irq_lines.load()) or await self.vcpu_pending_irq()
        return has_irq and await self.may_run()
