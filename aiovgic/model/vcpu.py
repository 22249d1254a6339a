"""KVM_RUN: requests, flush, guest mode, fold, and what a trap does (kvm_arch_vcpu_ioctl_run)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.icc import SRE_VALUE
from aiovgic.errors import UapiError
from aiovgic.model.dist import Model
from aiovgic.model.guest import Mmio, Stop, Sysreg, Wfi
from aiovgic.model.guest_mode import ESR_UNDEFINED, GuestMode
from aiovgic.model.vcpu_state import Feature, Request

if TYPE_CHECKING:
    from aiovgic.model.guest import Exit, Guest
    from aiovgic.model.irq import Irq

RunExit = Mmio | Stop
"""Why KVM_RUN returned: an access that no device in the kernel answers, or the guest is done."""

STAY = None
"""What a trap handler gives when the vCPU goes on."""


class Vcpu(GuestMode):
    """One vCPU: a task that runs KVM's loop."""

    async def run(self, guest: Guest) -> RunExit:
        """Run the guest until it needs userspace. Raises what KVM_RUN returns; the mutex is held."""
        self.mutex.assert_held()
        await self.run_pid_change()
        self.vcpu_load()
        try:
            return await self.run_loop(guest)
        finally:
            self.vcpu_put()

    async def run_loop(self, guest: Guest) -> RunExit:
        """One iteration: requests, entry, exit, and the handling of the trap. Raises EIO on a dead VM, EINTR."""
        while True:
            if self.rt.signalled():
                raise UapiError(errno.EINTR, "a signal is pending")
            await self.check_vcpu_requests()
            trap = await self.enter_exit(guest)
            leave = STAY if trap is None else await self.handle_exit(guest, trap)
            if leave is not STAY:
                return leave

    async def run_pid_change(self) -> None:
        """What the first run does (kvm_arch_vcpu_run_pid_change). Raises ENOEXEC, and what it maps."""
        if not self.initialised:
            raise UapiError(errno.ENOEXEC, f"{self.name} was not initialised")
        if self.has_run_once:
            return
        await self.vm.mpidr.init_data()
        if self.vm.dist.in_kernel():
            await self.vm.init.map_resources()
            await self.timer_enable()
        self.pmu_enable()
        self.has_run_once = True

    async def timer_enable(self) -> None:
        """The timers own their PPIs from now on (kvm_timer_enable)."""
        for intid in self.vm.host.timer_ppis:
            irq = await self.vm.get_irq(self, intid)
            assert irq is not None
            await self.set_owner(irq, "timer")

    async def set_owner(self, irq: Irq, owner: object) -> None:
        """Make ``owner`` the only source that injects this interrupt (kvm_vgic_set_owner)."""
        async with irq.irq_lock:
            irq.owner = owner
            irq.line_level = False

    def pmu_enable(self) -> None:
        """A PMU is to have been initialised, for which there is no operation (kvm_arm_pmu_v3_enable). Raises EINVAL."""
        if Feature.PMU_V3 in self.features:
            raise UapiError(errno.EINVAL, f"the PMU of {self.name} was not initialised")

    async def check_vcpu_requests(self) -> None:
        """Do what others asked for (check_vcpu_requests). Raises EIO on a dead VM."""
        if not await self.requests.load():
            return
        if await self.check_request(Request.VM_DEAD):
            raise UapiError(errno.EIO, "the VM is dead")
        if await self.check_request(Request.SLEEP):
            await self.sleep()
        # Nothing to do for it: the request has made the vCPU leave the guest, and it flushes next.
        await self.check_request(Request.IRQ_PENDING)

    # -- in and out -------------------------------------------------------------------------

    async def enter_exit(self, guest: Guest) -> Exit | None:
        """Enter the guest once and leave it. Returns the trap, or None if another task asked the vCPU to leave."""
        me = self.rt.current
        me.irqs_disable()
        trap = await self.guest_entry(guest)
        await self.leave_guest_mode()
        me.irqs_enable()
        return trap

    async def guest_entry(self, guest: Guest) -> Exit | None:
        """Load the interrupts, run, and fold them back; guest mode is published before they are loaded.

        A request that is made before that is seen here; a task that makes one later sees guest mode, and waits.
        """
        await self.enter_guest_mode()
        if await self.requests.load():
            return None
        await self.flush_hwstate()
        trap: Exit | None = None
        if not await self.requests.load():
            self.rt.event("enter", self.name)
            trap = await self.run_guest(guest)
            self.rt.event("exit", self.name)
        await self.sync_hwstate()
        return trap

    # -- traps ---------------------------------------------------------------------------------

    async def handle_exit(self, guest: Guest, trap: Exit) -> RunExit | None:
        """What KVM does about a trap; not None: back to userspace with it (handle_exit)."""
        match trap:
            case Mmio():
                return await self.handle_guest_abort(guest, trap)
            case Sysreg():
                await self.handle_sys_reg(guest, trap)
                return STAY
            case Wfi():
                await self.handle_wfi()
                guest.complete(0)
                return STAY
            case Stop():
                return trap

    async def handle_guest_abort(self, guest: Guest, trap: Mmio) -> RunExit | None:
        """An access that is not memory: a device in the kernel, or userspace (kvm_handle_guest_abort)."""
        if trap.addr >= 1 << self.vm.ipa_bits:
            self.inject_abort(guest, trap.addr)
            return STAY
        async with self.vm.srcu.read():
            hit = await self.vm.bus.find(trap.addr, trap.size)
            if hit is None:
                return trap
            offset = trap.addr - hit.base
            if trap.is_write:
                await hit.device.write(self, offset, trap.size, trap.value)
                guest.complete(0)
            else:
                guest.complete(await hit.device.read(self, offset, trap.size))
        return STAY

    async def handle_sys_reg(self, guest: Guest, trap: Sysreg) -> None:
        """A register that always traps: SGI generation, and SRE (kvm_handle_sys_reg)."""
        if trap.name == "ICC_SRE_EL1":
            guest.complete(SRE_VALUE if self.vm.dist.vgic_model is not Model.V2 else 0)
        elif not trap.is_write or not self.sgi_present():
            guest.fault(ESR_UNDEFINED)
        else:
            await self.vm.sgi.dispatch_sgi(self, trap.value, allow_group1=trap.name == "ICC_SGI1R_EL1")
            guest.complete(0)

    async def handle_wfi(self) -> None:
        """Wait until there is something to run for (kvm_vcpu_wfi)."""
        await self.blocking()
        await self.halt()
        await self.unblocking()

    async def blocking(self) -> None:
        """Whether to wait is asked of the interface's state in memory: it goes there first."""
        self.vgic_put()

    async def unblocking(self) -> None:
        """The wait is over."""
        self.vcpu_load()
