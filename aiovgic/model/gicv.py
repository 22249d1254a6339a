"""GICV: a GICv2's virtual CPU interface, which a guest reaches without KVM (Arm IHI 0048, 5.5).

What the architecture leaves open is as the recorded host has it (QEMU's GICv2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gicc
from aiovgic.arch.icc import IDLE_LEVEL, highest_level, level_of, priority_of
from aiovgic.arch.idregs import IMPLEMENTER_ARM
from aiovgic.arch.intid import IDLE_PRIORITY, SPURIOUS, is_special
from aiovgic.arch.words import extract, from_le, mask, to_le
from aiovgic.model.interface import ListRegister, VirtualInterface

if TYPE_CHECKING:
    from aiovgic.model.host import Host
    from aiovgic.model.vgic_cpu import VgicCpu
    from aiovgic.sync import Parts

MIN_BPR = 2
MIN_ABPR = 3
MIN_ABPR_WRITTEN = 1
"""What the guest's own write is raised to; loading the vCPU raises it further."""

GROUP1_HIDDEN = 1022
"""What IAR and HPPIR read for a group 1 interrupt without AckCtl."""

WORD = 4
IIDR = gicc.GiccIidr.of(architecture=2, implementer=IMPLEMENTER_ARM)


class GicV(VirtualInterface):
    """The virtual interface of one CPU while a vCPU is loaded (GICV_*, GICH_*)."""

    def __init__(self, parts: Parts, name: str, host: Host) -> None:
        super().__init__(parts, name, host)
        self.vmcr = gicc.VmcrV2(0)
        self.apr = 0
        """Active priorities, one bit a preemption level."""

    def load(self, vcpu: VgicCpu) -> None:
        word = gicc.VmcrV2(vcpu.vmcr)
        self.vmcr = word.but(bpr=max(word.bpr, MIN_BPR), abpr=max(word.abpr, MIN_ABPR))
        self.apr = vcpu.ap0r

    def put(self, vcpu: VgicCpu) -> None:
        vcpu.vmcr = self.vmcr
        vcpu.ap0r = self.apr

    def lines(self) -> tuple[bool, bool]:
        lr = self.current_pending()
        if lr is None or lr.priority >= self.running_priority() or not self.group_enabled(lr.group):
            return False, False
        fiq = lr.group == 0 and self.vmcr.fiq_en
        return not fiq, fiq

    # -- the next interrupt ---------------------------------------------------------------

    def group_enabled(self, group: int) -> bool:
        """Whether interrupts of this group are signalled."""
        return self.vmcr.enable_grp1 if group else self.vmcr.enable_grp0

    def current_pending(self) -> ListRegister | None:
        """The pending entry with the best priority, if the mask lets it through and either group is on."""
        if not (self.vmcr.enable_grp0 or self.vmcr.enable_grp1):
            return None
        best: ListRegister | None = None
        for lr in self.lrs:
            if lr.pending and not lr.active and (best is None or lr.priority < best.priority):
                best = lr
        return best if best is not None and best.priority < self.vmcr.pmr else None

    def running_priority(self) -> int:
        """The priority of what is active, 0x100 if nothing is: any priority is better."""
        level = highest_level(self.apr)
        return IDLE_PRIORITY + 1 if level == IDLE_LEVEL else priority_of(level)

    def visible(self) -> tuple[int, ListRegister | None]:
        """What HPPIR reads, and the list register behind it if there is one to take."""
        lr = self.current_pending()
        if lr is None:
            return SPURIOUS, None
        if lr.group and not self.vmcr.ack_ctl:
            return GROUP1_HIDDEN, None
        return lr.intid, lr

    # -- acknowledge, end, deactivate -------------------------------------------------------

    def acknowledge(self) -> int:
        """GICC_IAR: take the best pending interrupt."""
        intid, lr = self.visible()
        if lr is None:
            return intid
        if lr.priority >= self.running_priority():
            return SPURIOUS
        self.apr |= 1 << level_of(self.group_priority(lr))
        lr.pending, lr.active = False, True
        return gicc.GiccIar.of(intid=lr.intid, source=lr.source)

    def group_priority(self, lr: ListRegister) -> int:
        """The part of an entry's priority that decides about preemption."""
        own = lr.group and not self.vmcr.cbpr
        point = self.vmcr.abpr - 1 if own else self.vmcr.bpr
        return lr.priority & mask(7, point + 1)

    def end(self, value: int) -> None:
        """GICC_EOIR: drop the running priority, and deactivate unless the two are split."""
        intid = gicc.GiccIar(value).intid
        if is_special(intid):
            return
        self.apr &= self.apr - 1
        if self.vmcr.eoim:
            return
        lr = self.find_active(intid)
        if lr is not None:
            lr.active = False

    def deactivate(self, value: int) -> None:
        """GICC_DIR: end an interrupt whose priority was dropped before."""
        intid = gicc.GiccIar(value).intid
        lr = None if is_special(intid) else self.find_active(intid)
        if lr is not None and self.vmcr.eoim:
            lr.active = False

    # -- registers ----------------------------------------------------------------------------

    def read(self, offset: int, length: int) -> int:
        """A guest's load, of any width and alignment; a misaligned one reads both aligned neighbours."""
        skew = offset % length
        if skew:
            pair = self.read(offset - skew, length) | self.read(offset - skew + length, length) << 8 * length
            return pair >> 8 * skew & mask(8 * length - 1, 0)
        step = min(length, WORD)
        words = [self.read_word(at) for at in range(offset, offset + length, step)]
        return from_le(b"".join(to_le(word, WORD)[:step] for word in words))

    def write(self, offset: int, length: int, value: int) -> None:
        """A guest's store: whole words, or what begins where a word does."""
        step = min(length, WORD) if offset % length == 0 else 1
        for done in range(0, length, step):
            if (offset + done) % WORD == 0:
                self.write_word(offset + done, extract(value, done, step))

    def read_word(self, offset: int) -> int:
        """One register; zero where there is none."""
        match offset:
            case gicc.CTLR.offset:
                return self.vmcr.ctlr
            case gicc.PMR.offset:
                return self.vmcr.pmr
            case gicc.BPR.offset:
                return self.vmcr.bpr
            case gicc.ABPR.offset:
                return self.vmcr.abpr
            case gicc.IAR.offset:
                return self.acknowledge()
            case gicc.RPR.offset:
                return min(self.running_priority(), IDLE_PRIORITY)
            case gicc.HPPIR.offset:
                return self.visible()[0]
            case gicc.APR.offset:
                return self.apr
            case gicc.IIDR.offset:
                return IIDR
            case _:
                return 0

    def write_word(self, offset: int, value: int) -> None:
        """One register; ignored where there is none."""
        match offset:
            case gicc.CTLR.offset:
                self.vmcr = self.vmcr.with_ctlr(gicc.GiccCtlr(value))
            case gicc.PMR.offset:
                self.vmcr = self.vmcr.but(priority_mask=gicc.GiccPmr(value).mask)
            case gicc.BPR.offset:
                self.vmcr = self.vmcr.but(bpr=max(gicc.GiccBpr(value).binary_point, MIN_BPR))
            case gicc.ABPR.offset:
                self.vmcr = self.vmcr.but(abpr=max(gicc.GiccBpr(value).binary_point, MIN_ABPR_WRITTEN))
            case gicc.EOIR.offset:
                self.end(value)
            case gicc.DIR.offset:
                self.deactivate(value)
            case gicc.APR.offset:
                self.apr = value
            case _:
                pass
