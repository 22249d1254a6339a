"""GICC: a GICv2's CPU interface (Arm IHI 0048, 4.4), and the control word of its virtual twin (5.3)."""

from __future__ import annotations

from aiovgic.arch.register import RO, W32, Reg, Row
from aiovgic.arch.words import Word, bit, bits

KVM_VGIC_V2_CPU_SIZE = 0x2000


class GiccCtlr(Word):
    """GICC_CTLR."""

    enable_grp0 = bit(0)
    enable_grp1 = bit(1)
    ack_ctl = bit(2)
    fiq_en = bit(3)
    cbpr = bit(4)
    eoimode = bit(9)


class GiccPmr(Word):
    """GICC_PMR."""

    mask = bits(7, 3)  # the five bits of priority there are


class GiccUserPmr(Word):
    """GICC_PMR as KVM shows it to userspace: shifted to the right."""

    mask = bits(4, 0)


class GiccBpr(Word):
    """GICC_BPR and GICC_ABPR."""

    binary_point = bits(2, 0)


class GiccIar(Word):
    """GICC_IAR, GICC_EOIR, GICC_HPPIR and GICC_DIR."""

    intid = bits(9, 0)
    source = bits(12, 10)


class GiccIidr(Word):
    """GICC_IIDR."""

    implementer = bits(11, 0)
    architecture = bits(19, 16)
    product_id = bits(31, 20)


class VmcrV2(Word):
    """GICH_VMCR: what a vCPU's interface is set to."""

    enable_grp0 = bit(0)
    enable_grp1 = bit(1)
    ack_ctl = bit(2)
    fiq_en = bit(3)
    cbpr = bit(4)
    eoim = bit(9)
    abpr = bits(20, 18)
    bpr = bits(23, 21)
    priority_mask = bits(31, 27)

    @property
    def pmr(self) -> int:
        """The priority mask, as priorities are."""
        return GiccPmr.of(mask=self.priority_mask)

    @property
    def ctlr(self) -> GiccCtlr:
        """The fields of GICC_CTLR, which have the same places."""
        return GiccCtlr(self).only(*GiccCtlr.FIELDS)

    def with_ctlr(self, ctlr: GiccCtlr) -> VmcrV2:
        """This word with those fields replaced."""
        fields = {"eoim": ctlr.eoimode, **{name: getattr(ctlr, name) for name in GiccCtlr.FIELDS if name != "eoimode"}}
        return self.but(**fields)


# fmt: off
CTLR  = Reg(0x0000, "GICC_CTLR",  GiccCtlr,    W32)
PMR   = Reg(0x0004, "GICC_PMR",   GiccUserPmr, W32)
BPR   = Reg(0x0008, "GICC_BPR",   GiccBpr,     W32)
IAR   = Reg(0x000C, "GICC_IAR",   GiccIar,     W32 | RO)
EOIR  = Reg(0x0010, "GICC_EOIR",  GiccIar,     W32)
RPR   = Reg(0x0014, "GICC_RPR",   Word,        W32 | RO)
HPPIR = Reg(0x0018, "GICC_HPPIR", GiccIar,     W32 | RO)
ABPR  = Reg(0x001C, "GICC_ABPR",  GiccBpr,     W32)
APR   = Reg(0x00D0, "GICC_APR",   Word,        W32, count=4)
IIDR  = Reg(0x00FC, "GICC_IIDR",  GiccIidr,    W32 | RO)
DIR   = Reg(0x1000, "GICC_DIR",   GiccIar,     W32)
# fmt: on

FRAME: tuple[Row, ...] = (CTLR, PMR, BPR, ABPR, APR, IIDR)
"""What userspace can reach."""

GUEST_FRAME: tuple[Row, ...] = (CTLR, PMR, BPR, IAR, EOIR, RPR, HPPIR, ABPR, APR, IIDR, DIR)
"""What the hardware has for a guest."""
