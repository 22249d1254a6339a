"""The virtual CPU interface: list registers and ICC registers as the hardware serves them.

In guest mode a vCPU's IAR, EOIR and the rest work on the list registers without a trap.
State lives here from load to put; KVM's copy (`VgicCpu.vmcr`, ``ap0r``, ``ap1r``) is stale in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.icc import IDLE_LEVEL, Vmcr, highest_level, level_of, priority_of
from aiovgic.arch.intid import IDLE_PRIORITY, SPURIOUS, is_lpi, is_special
from aiovgic.model.interface import ListRegister, VirtualInterface

if TYPE_CHECKING:
    from aiovgic.model.host import Host
    from aiovgic.model.vgic_cpu import VgicCpu
    from aiovgic.sync import Parts


class CpuInterface(VirtualInterface):
    """The virtual interface registers of one CPU while a vCPU is loaded (ICH_*, ICV_*)."""

    def __init__(self, parts: Parts, name: str, host: Host) -> None:
        super().__init__(parts, name, host)
        self.vmcr = Vmcr(0)
        self.apr = [0, 0]
        """Active priorities of group 0 and group 1, one bit a preemption level."""

    def load(self, vcpu: VgicCpu) -> None:
        self.vmcr = Vmcr(vcpu.vmcr).implemented()
        self.apr = [vcpu.ap0r, vcpu.ap1r]

    def put(self, vcpu: VgicCpu) -> None:
        vcpu.vmcr = self.vmcr
        vcpu.ap0r, vcpu.ap1r = self.apr

    def lines(self) -> tuple[bool, bool]:
        group = self.signalled()
        return group == 1, group == 0

    # -- the next interrupt ---------------------------------------------------------------

    def group_enabled(self, group: int) -> bool:
        """Whether interrupts of this group are signalled."""
        return self.vmcr.enable_grp1 if group else self.vmcr.enable_grp0

    def highest_pending(self) -> ListRegister | None:
        """The pending entry of an enabled group with the best priority; the first one of equals."""
        best: ListRegister | None = None
        for lr in self.lrs:
            if not lr.pending or lr.active or not self.group_enabled(lr.group):
                continue
            if best is None or lr.priority < best.priority:
                best = lr
        return best

    def running_priority(self) -> int:
        """The priority of what is active, 0xff if nothing is."""
        return priority_of(highest_level(self.apr[0] | self.apr[1]))

    def can_preempt(self, lr: ListRegister) -> bool:
        """Whether an entry would be signalled now: against the mask, and what is running."""
        if lr.priority >= self.vmcr.pmr:
            return False
        running = self.running_priority()
        mask = self.vmcr.group_mask(lr.group)
        return running == IDLE_PRIORITY or lr.priority & mask < running & mask

    def signalled(self) -> int | None:
        """The group that is signalled to the guest: 1 as IRQ, 0 as FIQ, None for neither."""
        lr = self.highest_pending()
        return lr.group if lr is not None and self.can_preempt(lr) else None

    # -- acknowledge, end, deactivate ---------------------------------------------------------

    def acknowledge(self, group: int) -> int:
        """ICC_IAR<group>: take the best pending interrupt; 1023 if there is none to take."""
        lr = self.highest_pending()
        if lr is None or lr.group != group or not self.can_preempt(lr):
            return SPURIOUS
        lr.pending = False
        lr.active = True  # of an LPI too, as KVM's own path and the recorded host have it
        self.apr[group] |= 1 << level_of(lr.priority & self.vmcr.group_mask(group))
        return lr.intid

    def highest_pending_intid(self, group: int) -> int:
        """ICC_HPPIR<group>; mask and running priority do not matter."""
        lr = self.highest_pending()
        return lr.intid if lr is not None and lr.group == group else SPURIOUS

    def end(self, group: int, intid: int) -> None:
        """ICC_EOIR<group>: drop the running priority, and deactivate unless the two are split."""
        if is_special(intid):
            return
        dropped = self.drop_priority()
        if dropped == IDLE_PRIORITY:
            return
        lr = self.find_active(intid)
        if lr is not None and lr.group == group and lr.priority & self.vmcr.group_mask(group) == dropped:
            lr.active = self.vmcr.eoim and not is_lpi(intid)

    def deactivate(self, intid: int) -> None:
        """ICC_DIR: end an interrupt whose priority was dropped before."""
        if not self.vmcr.eoim or is_lpi(intid) or is_special(intid):
            return
        lr = self.find_active(intid)
        if lr is not None:
            lr.active = False

    def drop_priority(self) -> int:
        """Clear the highest active priority; which one it was, 0xff if none."""
        levels = [highest_level(apr) for apr in self.apr]
        level = min(levels)
        if level == IDLE_LEVEL:
            return IDLE_PRIORITY
        group = levels.index(level)
        self.apr[group] &= self.apr[group] - 1
        return priority_of(level)
