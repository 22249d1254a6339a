"""ICC_* system registers and the virtual CPU interface's control word (Arm IHI 0069, 12.2 and 12.4)."""

from __future__ import annotations

from typing import NamedTuple

from aiovgic.arch.intid import IDLE_PRIORITY, VGIC_PRI_BITS
from aiovgic.arch.words import Word, bit, bits, mask

MIN_BPR0 = 7 - VGIC_PRI_BITS
MIN_BPR1 = MIN_BPR0 + 1
MAX_BPR = 7
LEVEL_SHIFT = 8 - VGIC_PRI_BITS
IDLE_LEVEL = 1 << VGIC_PRI_BITS
"""The preemption level that stands for nothing active."""
PRIORITIES = mask(7, LEVEL_SHIFT)


class SysReg(NamedTuple):
    """The encoding of a system register."""

    op0: int
    op1: int
    crn: int
    crm: int
    op2: int

    @property
    def instr(self) -> int:
        """The encoding that KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS uses."""
        return Instr.of(op0=self.op0, op1=self.op1, crn=self.crn, crm=self.crm, op2=self.op2)


class Instr(Word):
    """A system register's encoding in 16 bits."""

    op2 = bits(2, 0)
    crm = bits(6, 3)
    crn = bits(10, 7)
    op1 = bits(13, 11)
    op0 = bits(15, 14)


# fmt: off
SYSREGS: dict[str, SysReg] = {
    "MPIDR_EL1":       SysReg(3, 0, 0,  0,  5),
    "ISR_EL1":         SysReg(3, 0, 12, 1,  0),
    "ICC_PMR_EL1":     SysReg(3, 0, 4,  6,  0),
    "ICC_IAR0_EL1":    SysReg(3, 0, 12, 8,  0),
    "ICC_EOIR0_EL1":   SysReg(3, 0, 12, 8,  1),
    "ICC_HPPIR0_EL1":  SysReg(3, 0, 12, 8,  2),
    "ICC_BPR0_EL1":    SysReg(3, 0, 12, 8,  3),
    "ICC_AP0R0_EL1":   SysReg(3, 0, 12, 8,  4),
    "ICC_AP0R1_EL1":   SysReg(3, 0, 12, 8,  5),
    "ICC_AP0R2_EL1":   SysReg(3, 0, 12, 8,  6),
    "ICC_AP0R3_EL1":   SysReg(3, 0, 12, 8,  7),
    "ICC_AP1R0_EL1":   SysReg(3, 0, 12, 9,  0),
    "ICC_AP1R1_EL1":   SysReg(3, 0, 12, 9,  1),
    "ICC_AP1R2_EL1":   SysReg(3, 0, 12, 9,  2),
    "ICC_AP1R3_EL1":   SysReg(3, 0, 12, 9,  3),
    "ICC_DIR_EL1":     SysReg(3, 0, 12, 11, 1),
    "ICC_RPR_EL1":     SysReg(3, 0, 12, 11, 3),
    "ICC_SGI1R_EL1":   SysReg(3, 0, 12, 11, 5),
    "ICC_ASGI1R_EL1":  SysReg(3, 0, 12, 11, 6),
    "ICC_SGI0R_EL1":   SysReg(3, 0, 12, 11, 7),
    "ICC_IAR1_EL1":    SysReg(3, 0, 12, 12, 0),
    "ICC_EOIR1_EL1":   SysReg(3, 0, 12, 12, 1),
    "ICC_HPPIR1_EL1":  SysReg(3, 0, 12, 12, 2),
    "ICC_BPR1_EL1":    SysReg(3, 0, 12, 12, 3),
    "ICC_CTLR_EL1":    SysReg(3, 0, 12, 12, 4),
    "ICC_SRE_EL1":     SysReg(3, 0, 12, 12, 5),
    "ICC_IGRPEN0_EL1": SysReg(3, 0, 12, 12, 6),
    "ICC_IGRPEN1_EL1": SysReg(3, 0, 12, 12, 7),
}
# fmt: on


class IccCtlr(Word):
    """ICC_CTLR_EL1."""

    cbpr = bit(0)
    eoimode = bit(1)
    pmhe = bit(6)
    pri_bits = bits(10, 8)  # minus one
    id_bits = bits(13, 11)  # 0: 16 bits, 1: 24 bits
    seis = bit(14)
    a3v = bit(15)
    rss = bit(18)
    ext_range = bit(19)


class Sre(Word):
    """ICC_SRE_EL1."""

    sre = bit(0)
    dfb = bit(1)
    dib = bit(2)


SRE_VALUE = Sre.of(sre=True, dfb=True, dib=True)


class Isr(Word):
    """ISR_EL1: which interrupts are signalled to the CPU."""

    f = bit(6)
    i = bit(7)


class Sgi1r(Word):
    """ICC_SGI1R_EL1, ICC_SGI0R_EL1 and ICC_ASGI1R_EL1."""

    target_list = bits(15, 0)
    aff1 = bits(23, 16)
    intid = bits(27, 24)
    aff2 = bits(39, 32)
    irm = bit(40)
    rs = bits(47, 44)
    aff3 = bits(55, 48)


class Bpr(Word):
    """ICC_BPRn_EL1."""

    binary_point = bits(2, 0)
    magnitude = bits(30, 0)
    sign = bit(31)

    def at_least(self, minimum: int) -> int:
        """The binary point that a write sets.

        The recorded host compares the low 32 bits, as a signed number, with the minimum, and keeps
        the low three of what is not below it; so reserved bits can bring a smaller value in.
        """
        return minimum if self.sign or self.magnitude < minimum else self.binary_point


class Eoir(Word):
    """ICC_EOIRn_EL1 and ICC_DIR_EL1."""

    intid = bits(23, 0)


class Vmcr(Word):
    """ICH_VMCR_EL2: what a vCPU's interface is set to."""

    enable_grp0 = bit(0)
    enable_grp1 = bit(1)
    ack_ctl = bit(2)
    fiq_en = bit(3)
    cbpr = bit(4)
    eoim = bit(9)
    bpr1 = bits(20, 18)
    bpr0 = bits(23, 21)
    pmr = bits(31, 24)

    @property
    def effective_bpr1(self) -> int:
        """What ICC_BPR1_EL1 reads: with CBPR it follows BPR0."""
        return min(self.bpr0 + 1, MAX_BPR) if self.cbpr else self.bpr1

    def implemented(self) -> Vmcr:
        """What the hardware keeps of what it is given: no binary point below its minimum."""
        return self.but(bpr0=max(self.bpr0, MIN_BPR0), bpr1=max(self.bpr1, MIN_BPR1))

    def group_mask(self, group: int) -> int:
        """The bits of a priority that decide about preemption in this group."""
        if group and not self.cbpr:
            return mask(7, self.bpr1)
        return mask(7, self.bpr0 + 1)


def level_of(priority: int) -> int:
    """The preemption level of a priority: its bit in the active-priority register."""
    return priority >> LEVEL_SHIFT


def priority_of(level: int) -> int:
    """The priority of a preemption level; idle if there is none."""
    return IDLE_PRIORITY if level == IDLE_LEVEL else level << LEVEL_SHIFT


def highest_level(active: int) -> int:
    """The most urgent preemption level that is active."""
    return (active & -active).bit_length() - 1 if active else IDLE_LEVEL
