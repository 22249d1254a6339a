"""Guest mode: what the CPU does for a guest without KVM."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiovgic.arch import gicc
from aiovgic.arch.icc import Isr
from aiovgic.arch.words import SZ_4K, from_le, mask, to_le
from aiovgic.model.dist import VGIC_ADDR_UNDEF, Model
from aiovgic.model.guest import Copy, Mmio, Sysreg, Touch
from aiovgic.model.host import GICV3
from aiovgic.model.icc import Undefined
from aiovgic.model.vcpu_state import Mode, VcpuState
from aiovgic.sync import Guarded

if TYPE_CHECKING:
    from aiovgic.model.guest import Exit, Guest

ESR_UNDEFINED = 0x2000000
ESR_ABORT = 0x96000010
"""A synchronous external abort on a data access from the same level."""
ESR_TRANSLATION = 0x96000004
ESR_WNR = 1 << 6
"""A translation fault of level 0 at the guest's own tables; for a store with WnR."""

GUEST_BITS = 40
"""The guest's own tables map so many bits of addresses to themselves, and no more."""


LINE_IRQ, LINE_FIQ = 1, 2
"""The lines of a vCPU that userspace drives."""


class GuestMode(VcpuState):
    """A vCPU between entry and exit."""

    driven_lines = Guarded(0, by="vcpu->mutex")

    async def run_guest(self, guest: Guest) -> Exit | None:
        """Guest mode: what needs no trap is done here, by the hardware. None: something interrupted the guest."""
        self.driven_lines = await self.irq_lines.load()
        self.in_guest = True
        self.rt.racy(self.check_not_halted)
        left = await self.guest_steps(guest)
        self.in_guest = False
        return left

    async def guest_steps(self, guest: Guest) -> Exit | None:
        """Run the guest step by step, until a step traps or another task asks the vCPU to leave the guest."""
        while await self.mode.load() is Mode.IN_GUEST_MODE:
            virq, vfiq = self.lines()
            trap = guest.resume(virq=virq, vfiq=vfiq)
            if isinstance(trap, Copy):
                await self.copy_ram(guest, trap)
            elif isinstance(trap, Touch):
                guest.touched(await trap.op)
            else:
                left = await self.perform_native(guest, trap)
                if left is not None:
                    return left
                if self.hw.maintenance(underflow=self.underflow):
                    break
        return None

    def lines(self) -> tuple[bool, bool]:
        """Whether IRQ, and whether FIQ, is signalled: by the interface, or by the lines userspace drives."""
        irq, fiq = self.hw.lines()
        return irq or bool(self.driven_lines & LINE_IRQ), fiq or bool(self.driven_lines & LINE_FIQ)

    async def perform_native(self, guest: Guest, trap: Exit) -> Exit | None:
        """Do what the hardware does without KVM: its registers, and memory. Not None: it traps."""
        if isinstance(trap, Sysreg) and self.is_native(trap.name):
            try:
                guest.complete(self.perform_sysreg(trap))
            except Undefined:
                guest.fault(ESR_UNDEFINED)
            return None
        if isinstance(trap, Mmio):
            return await self.perform_access(guest, trap)
        return trap

    def is_native(self, name: str) -> bool:
        """Whether this register is served, or undefined, without a trap: a GICv2 host's CPU has no ICC registers."""
        return self.vm.host.gic != GICV3 or self.icc.is_native(name)

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
        return self.vm.host.gic == GICV3 and self.sgi_present()

    def sgi_present(self) -> bool:
        """Whether the guest can send SGIs by system register: only with a vGICv3."""
        return self.vm.dist.vgic_model is Model.V3

    # -- loads and stores ---------------------------------------------------------------------

    async def perform_access(self, guest: Guest, trap: Mmio) -> Exit | None:
        """A load or store of what is mapped; not None: it faults, where its first unmapped page begins."""
        fault = next((addr for addr, _ in pages_of(trap) if addr >> GUEST_BITS or not self.is_mapped(addr)), None)
        if fault is not None and fault >> GUEST_BITS:
            guest.fault(ESR_TRANSLATION | (ESR_WNR if trap.is_write else 0), fault)
            return None
        if fault is not None:
            return trap if fault == trap.addr else replace(trap, addr=fault)
        if trap.is_write:
            await self.store(trap)
            guest.complete(0)
        else:
            guest.complete(await self.load(trap))
        return None

    def is_mapped(self, addr: int) -> bool:
        """Whether a guest gets at this address without KVM."""
        return self.is_gicv(addr) or self.vm.memory.is_visible(addr)

    def is_gicv(self, addr: int) -> bool:
        """Whether the host's virtual CPU interface is mapped there (GICv2); it hides memory."""
        base = self.gicv_base()
        return base != VGIC_ADDR_UNDEF and base <= addr < base + gicc.KVM_VGIC_V2_CPU_SIZE

    def gicv_base(self) -> int:
        """Where stage 2 has the virtual CPU interface; hardware looks there, and needs no order."""
        return self.rt.racy(lambda: self.vm.dist.gicv_base)

    async def load(self, trap: Mmio) -> int:
        """The value at an address; across pages both aligned neighbours are read, as the recorded host does."""
        if len(pages_of(trap)) == 1:
            return await self.load_from_page(trap.addr, trap.size)
        skew = trap.addr % trap.size
        low = await self.load_from_page(trap.addr - skew, trap.size)
        high = await self.load_from_page(trap.addr - skew + trap.size, trap.size)
        return (low | high << 8 * trap.size) >> 8 * skew & mask(8 * trap.size - 1, 0)

    async def load_from_page(self, addr: int, length: int) -> int:
        """A load that stays inside a page."""
        if self.is_gicv(addr):
            return self.gicv.read(addr - self.gicv_base(), length)
        data = await self.vm.memory.guest_read(addr, length)
        assert data is not None, "memory does not go away under a guest"
        return from_le(data)

    async def store(self, trap: Mmio) -> None:
        """Put a value at an address; across pages byte by byte, as the recorded host does."""
        data = to_le(trap.value, 8)[: trap.size]
        pieces = pages_of(trap)
        step = trap.size if len(pieces) == 1 else 1
        for done in range(0, trap.size, step):
            addr, piece = trap.addr + done, data[done : done + step]
            if self.is_gicv(addr):
                self.gicv.write(addr - self.gicv_base(), step, from_le(piece))
            else:
                await self.vm.memory.guest_write(addr, piece)

    async def copy_ram(self, guest: Guest, trap: Copy) -> None:
        """A copy of a range; where there is no memory the guest takes an abort."""
        if trap.length:
            data = await self.vm.memory.guest_read(trap.addr, trap.length)
            done = data is not None
        else:
            data, done = None, await self.vm.memory.guest_write(trap.addr, trap.data)
        if done:
            guest.copied(data)
        else:
            self.inject_abort(guest, trap.addr)

    def inject_abort(self, guest: Guest, addr: int) -> None:
        """The guest takes an abort for an address that nothing can be at (kvm_inject_dabt)."""
        guest.fault(ESR_ABORT, addr)


def pages_of(access: Mmio) -> tuple[tuple[int, int], ...]:
    """(address, length) of an access in each page of the second stage that it touches."""
    room = SZ_4K - access.addr % SZ_4K
    if access.size <= room:
        return ((access.addr, access.size),)
    return ((access.addr, room), (access.addr + room, access.size - room))
