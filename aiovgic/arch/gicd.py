"""GICD: the distributor's frame (Arm IHI 0069, 12.9). What is not listed reads as zero."""

from __future__ import annotations

from aiovgic.arch.idregs import IDREGS_COUNT, IDREGS_OFFSET, KVM_IIDR, KVM_VGIC_IMP_REV_LATEST, Iidr
from aiovgic.arch.register import RO, W8_32, W32, W32_64, Bank, Reg, Row
from aiovgic.arch.words import Word, bit, bits

KVM_VGIC_V3_DIST_SIZE = 0x10000


class Ctlr(Word):
    """GICD_CTLR, as a GIC with one security state has it."""

    enable_grp0 = bit(0)
    enable_grp1 = bit(1)
    are_ns = bit(4)
    ds = bit(6)
    nassgireq = bit(8)
    rwp = bit(31)


class Typer(Word):
    """GICD_TYPER: what this distributor can do."""

    it_lines_number = bits(4, 0)  # INTIDs / 32, minus one
    cpu_number = bits(7, 5)
    security_extn = bit(10)
    mbis = bit(16)
    lpis = bit(17)
    dvis = bit(18)
    id_bits = bits(23, 19)  # INTID bits, minus one
    a3v = bit(24)
    no1n = bit(25)
    rss = bit(26)


class Typer2(Word):
    """GICD_TYPER2: GICv4.1's virtual PE identifiers; all zero without it."""

    vid = bits(4, 0)
    vil = bit(7)
    nassgicap = bit(8)


CTLR_RESET = Ctlr.of(are_ns=True, ds=True)
IIDR_RESET = KVM_IIDR.but(revision=KVM_VGIC_IMP_REV_LATEST)
STATUSR_VALUE = 0xFFFF_FFFF
"""GICD_STATUSR reads as all ones, always."""

# fmt: off
CTLR       = Reg (0x0000, "GICD_CTLR",       Ctlr,   W32,         reset=CTLR_RESET)
TYPER      = Reg (0x0004, "GICD_TYPER",      Typer,  W32    | RO)
IIDR       = Reg (0x0008, "GICD_IIDR",       Iidr,   W32    | RO, reset=IIDR_RESET)
TYPER2     = Reg (0x000C, "GICD_TYPER2",     Typer2, W32    | RO)
STATUSR    = Reg (0x0010, "GICD_STATUSR",    Word,   W32    | RO, reset=STATUSR_VALUE)
IGROUPR    = Bank(0x0080, "GICD_IGROUPR",    1,      W32)
ISENABLER  = Bank(0x0100, "GICD_ISENABLER",  1,      W32)
ICENABLER  = Bank(0x0180, "GICD_ICENABLER",  1,      W32)
ISPENDR    = Bank(0x0200, "GICD_ISPENDR",    1,      W32)
ICPENDR    = Bank(0x0280, "GICD_ICPENDR",    1,      W32)
ISACTIVER  = Bank(0x0300, "GICD_ISACTIVER",  1,      W32)
ICACTIVER  = Bank(0x0380, "GICD_ICACTIVER",  1,      W32)
IPRIORITYR = Bank(0x0400, "GICD_IPRIORITYR", 8,      W8_32)
ITARGETSR  = Bank(0x0800, "GICD_ITARGETSR",  8,      W8_32  | RO)
ICFGR      = Bank(0x0C00, "GICD_ICFGR",      2,      W32)
IGRPMODR   = Bank(0x0D00, "GICD_IGRPMODR",   1,      W32    | RO)
IROUTER    = Bank(0x6000, "GICD_IROUTER",    64,     W32_64)
IDREGS     = Reg (IDREGS_OFFSET, "GICD_IDREGS", Word, W32   | RO, count=IDREGS_COUNT)
# fmt: on

FRAME: tuple[Row, ...] = (
    CTLR,
    TYPER,
    IIDR,
    TYPER2,
    STATUSR,
    IGROUPR,
    ISENABLER,
    ICENABLER,
    ISPENDR,
    ICPENDR,
    ISACTIVER,
    ICACTIVER,
    IPRIORITYR,
    ITARGETSR,
    ICFGR,
    IGRPMODR,
    IROUTER,
    IDREGS,
)
