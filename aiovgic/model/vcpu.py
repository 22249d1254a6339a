"""KVM_RUN: requests, flush, guest mode, fold, and what a trap does (kvm_arch_vcpu_ioctl_run)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch import gicc
from aiovgic.arch.icc import SRE_VALUE, Isr
from aiovgic.errors import UapiError
from aiovgic.model.dist import Model
from aiovgic.model.guest import Copy, Mmio, Stop, Sysreg, Wfi
from aiovgic.model.icc import Undefined
from aiovgic.model.vcpu_state import Mode, Request, VcpuState
from aiovgic.sync import FULL

if TYPE_CHECKING:
    from aiovgic.model.guest import Exit, Guest

RunExit = Mmio | Stop
"""Why KVM_RUN returned: an access nobody in the kernel answers, or the guest is done."""

ESR_UNDEFINED = 0x2000000
ESR_ABORT = 0x96000010
"""A synchronous external abort on a data access from the same level."""

STAY = None
"""What a trap handler gives when the vCPU goes on."""


class Vcpu(VcpuState):
    """One vCPU: a task that runs KVM's loop."""

    async def run(self, guest: Guest) -> RunExit:
        """Run the guest until it needs userspace. Raises what KVM_RUN returns; the mutex is held."""
        self.mutex.assert_held()
        await self.run_pid_change()
        self.vgic_load()
        try:
            return await self.run_loop(guest)
        finally:
            self.vgic_put()

    async def run_loop(self, guest: Guest) -> RunExit:
        """Once round: requests, in, out, and what the guest trapped for. Raises EIO on a dead VM, EINTR."""
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
        self.has_run_once = True

    async def timer_enable(self) -> None:
        """The timers own their PPIs from now on (kvm_timer_enable)."""
        for intid in self.vm.host.timer_ppis:
            irq = self.private_irq(intid)
            assert irq is not None
            async with irq.irq_lock:
                irq.owner = "timer"
                irq.line_level = False

    async def check_vcpu_requests(self) -> None:
        """Do what others asked for (check_vcpu_requests). Raises EIO on a dead VM."""
        if not await self.requests.load():
            return
        if await self.check_request(Request.VM_DEAD):
            raise UapiError(errno.EIO, "the VM is dead")
        if await self.check_request(Request.SLEEP):
            await self.sleep()
        # Nothing to do for it: having been asked made the vCPU come round and flush.
        await self.check_request(Request.IRQ_PENDING)

    # -- in and out -------------------------------------------------------------------------

    async def enter_exit(self, guest: Guest) -> Exit | None:
        """One time into the guest and out; None if someone wanted the vCPU out."""
        me = self.rt.current
        me.irqs_disable()
        await self.flush_hwstate()
        await self.mode.store(Mode.IN_GUEST_MODE, FULL)
        trap: Exit | None = None
        if not await self.requests.load():
            self.rt.event("enter", self.name)
            trap = await self.run_guest(guest)
            self.rt.event("exit", self.name)
        await self.sync_hwstate()
        await self.leave_guest_mode()
        me.irqs_enable()
        return trap

    async def run_guest(self, guest: Guest) -> Exit | None:
        """Guest mode: what needs no trap is done here, by the hardware."""
        while await self.mode.load() is Mode.IN_GUEST_MODE:
            virq, vfiq = self.lines()
            trap = guest.resume(virq=virq, vfiq=vfiq)
            if isinstance(trap, Copy):
                await self.copy_ram(guest, trap)
            elif not await self.perform_native(guest, trap):
                return trap
        return None

    def lines(self) -> tuple[bool, bool]:
        """Whether IRQ, and whether FIQ, is signalled: by the interface, or by the lines userspace drives."""
        irq, fiq = self.hw.lines()
        return irq or bool(self.irq_lines & 1), fiq or bool(self.irq_lines & 2)

    async def perform_native(self, guest: Guest, trap: Exit) -> bool:
        """Do what the hardware does without KVM: its registers, and RAM. False: it is a trap."""
        if isinstance(trap, Sysreg) and self.icc.is_native(trap.name):
            try:
                guest.complete(self.perform_sysreg(trap))
            except Undefined:
                guest.fault(ESR_UNDEFINED)
            return True
        if isinstance(trap, Mmio) and self.is_gicv(trap.addr):
            guest.complete(self.access_gicv(trap))
            return True
        if isinstance(trap, Mmio) and self.vm.memory.find(trap.addr, trap.size) is not None:
            guest.complete(await self.access_ram(trap))
            return True
        return False

    def perform_sysreg(self, trap: Sysreg) -> int:
        """A system register that the hardware serves. Raises Undefined."""
        if not trap.is_write and trap.name == "MPIDR_EL1":
            return self.mpidr
        if not trap.is_write and trap.name == "ISR_EL1":
            virq, vfiq = self.lines()
            return Isr.of(i=virq, f=vfiq)
        if not self.icc_present():
            raise Undefined
        if trap.is_write:
            self.icc.write(trap.name, trap.value)
            return 0
        return self.icc.read(trap.name)

    def icc_present(self) -> bool:
        """Whether the guest has the ICC registers that do not trap: only with a vGICv3."""
        return self.sgi_present()

    def sgi_present(self) -> bool:
        """Whether the guest can send SGIs by system register: only with a vGICv3."""
        return self.vm.dist.vgic_model is Model.V3

    def is_gicv(self, addr: int) -> bool:
        """Whether the host's virtual CPU interface is mapped there (GICv2); it hides memory."""
        base = self.vm.dist.gicv_base
        return base <= addr < base + gicc.KVM_VGIC_V2_CPU_SIZE

    def access_gicv(self, trap: Mmio) -> int:
        """A load or store of the virtual CPU interface, which KVM never sees."""
        offset = trap.addr - self.vm.dist.gicv_base
        if trap.is_write:
            self.gicv.write(offset, trap.size, trap.value)
            return 0
        return self.gicv.read(offset, trap.size)

    async def access_ram(self, trap: Mmio) -> int:
        """A load or store of guest memory."""
        if trap.is_write:
            await self.vm.memory.write(trap.addr, trap.value.to_bytes(8, "little")[: trap.size])
            return 0
        data = await self.vm.memory.read(trap.addr, trap.size)
        assert data is not None
        return int.from_bytes(data, "little")

    async def copy_ram(self, guest: Guest, trap: Copy) -> None:
        """A copy of a range; where there is no memory the guest takes an abort."""
        if trap.length:
            data = await self.vm.memory.read(trap.addr, trap.length)
            done = data is not None
        else:
            data, done = None, await self.vm.memory.write(trap.addr, trap.data)
        if done:
            guest.copied(data)
        else:
            guest.fault(ESR_ABORT, trap.addr)

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
            guest.fault(ESR_ABORT, trap.addr)
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
            guest.complete(SRE_VALUE)
        elif not trap.is_write or not self.sgi_present():
            guest.fault(ESR_UNDEFINED)
        else:
            await self.vm.sgi.dispatch_sgi(self, trap.value, allow_group1=trap.name == "ICC_SGI1R_EL1")
            guest.complete(0)

    async def handle_wfi(self) -> None:
        """Wait until there is something to run for (kvm_vcpu_wfi)."""
        self.vgic_put()
        await self.halt()
        self.vgic_load()
