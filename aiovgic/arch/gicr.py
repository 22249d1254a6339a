"""GICR: a vCPU's redistributor, RD_base and then SGI_base (Arm IHI 0069, 12.10 and 12.11)."""

from __future__ import annotations

from aiovgic.arch.idregs import IDREGS_COUNT, IDREGS_OFFSET, KVM_IIDR, Iidr
from aiovgic.arch.intid import INTERRUPT_ID_BITS_ITS, VGIC_NR_PRIVATE_IRQS
from aiovgic.arch.register import RO, W8_32, W32, W32_64, Bank, Reg, Row
from aiovgic.arch.words import Word, bit, bits, place

KVM_VGIC_V3_REDIST_SIZE = 0x20000
SGI_BASE = 0x10000


class GicrCtlr(Word):
    """GICR_CTLR."""

    enable_lpis = bit(0)
    ces = bit(1)  # EnableLPIs can be cleared again
    ir = bit(2)  # INVLPIR and INVALLR work
    rwp = bit(3)


class GicrTyper(Word):
    """GICR_TYPER: the affinity of the redistributor's vCPU, and what the redistributor can do."""

    plpis = bit(0)
    vlpis = bit(1)
    direct_lpi = bit(3)
    last = bit(4)
    dpgs = bit(5)
    processor_number = bits(23, 8)
    common_lpi_aff = bits(25, 24)
    affinity = bits(63, 32)  # arch.affinity.Affinity


class Waker(Word):
    """GICR_WAKER."""

    processor_sleep = bit(1)
    children_asleep = bit(2)


class Propbaser(Word):
    """GICR_PROPBASER: where the LPI configuration bytes are."""

    id_bits = bits(4, 0)  # INTID bits, minus one
    inner = bits(9, 7)
    share = bits(11, 10)
    base = place(51, 12)
    outer = bits(58, 56)

    @property
    def lpi_limit(self) -> int:
        """The first INTID that is no LPI any more (max_lpis_propbaser)."""
        return 1 << min(self.id_bits + 1, INTERRUPT_ID_BITS_ITS)


class Pendbaser(Word):
    """GICR_PENDBASER: where the LPI pending bits are."""

    inner = bits(9, 7)
    share = bits(11, 10)
    base = place(51, 16)
    outer = bits(58, 56)
    ptz = bit(62)  # the table is all zero; reads as zero


class Invlpir(Word):
    """GICR_INVLPIR: the LPI whose configuration is to be read again."""

    intid = bits(31, 0)
    vpeid = bits(47, 32)
    virtual = bit(63)


class Syncr(Word):
    """GICR_SYNCR."""

    busy = bit(0)


PROPBASER_RESET = Propbaser.of(inner=3, share=1)
PENDBASER_RESET = Pendbaser.of(inner=3, share=1)

# The row of GICR_STATUSR is in KVM's table but out of order, so that the search never finds it:
# zero to a guest, like any other hole, and ENXIO to KVM_HAS_DEVICE_ATTR. Hence not in FRAME.
# fmt: off
STATUSR     = Reg (0x00010, "GICR_STATUSR",    Word,      W32    | RO)

CTLR        = Reg (0x00000, "GICR_CTLR",       GicrCtlr,  W32)
IIDR        = Reg (0x00004, "GICR_IIDR",       Iidr,      W32    | RO, reset=KVM_IIDR)
TYPER       = Reg (0x00008, "GICR_TYPER",      GicrTyper, W32_64 | RO)
WAKER       = Reg (0x00014, "GICR_WAKER",      Waker,     W32    | RO)
PROPBASER   = Reg (0x00070, "GICR_PROPBASER",  Propbaser, W32_64)
PENDBASER   = Reg (0x00078, "GICR_PENDBASER",  Pendbaser, W32_64,      reset=PENDBASER_RESET)
INVLPIR     = Reg (0x000A0, "GICR_INVLPIR",    Invlpir,   W32_64)
INVALLR     = Reg (0x000B0, "GICR_INVALLR",    Word,      W32_64)
SYNCR       = Reg (0x000C0, "GICR_SYNCR",      Syncr,     W32    | RO)
IDREGS      = Reg (IDREGS_OFFSET, "GICR_IDREGS", Word,    W32    | RO, count=IDREGS_COUNT)

PRIVATE     = VGIC_NR_PRIVATE_IRQS
IGROUPR0    = Bank(0x10080, "GICR_IGROUPR0",   1,         W32,         PRIVATE)
ISENABLER0  = Bank(0x10100, "GICR_ISENABLER0", 1,         W32,         PRIVATE)
ICENABLER0  = Bank(0x10180, "GICR_ICENABLER0", 1,         W32,         PRIVATE)
ISPENDR0    = Bank(0x10200, "GICR_ISPENDR0",   1,         W32,         PRIVATE)
ICPENDR0    = Bank(0x10280, "GICR_ICPENDR0",   1,         W32,         PRIVATE)
ISACTIVER0  = Bank(0x10300, "GICR_ISACTIVER0", 1,         W32,         PRIVATE)
ICACTIVER0  = Bank(0x10380, "GICR_ICACTIVER0", 1,         W32,         PRIVATE)
IPRIORITYR  = Bank(0x10400, "GICR_IPRIORITYR", 8,         W8_32,       PRIVATE)
ICFGR       = Bank(0x10C00, "GICR_ICFGR",      2,         W32    | RO, PRIVATE)
IGRPMODR0   = Bank(0x10D00, "GICR_IGRPMODR0",  1,         W32    | RO, PRIVATE)
NSACR       = Reg (0x10E00, "GICR_NSACR",      Word,      W32    | RO)
# fmt: on

RD_FRAME: tuple[Row, ...] = (CTLR, IIDR, TYPER, WAKER, PROPBASER, PENDBASER, INVLPIR, INVALLR, SYNCR, IDREGS)

SGI_FRAME: tuple[Row, ...] = (
    IGROUPR0,
    ISENABLER0,
    ICENABLER0,
    ISPENDR0,
    ICPENDR0,
    ISACTIVER0,
    ICACTIVER0,
    IPRIORITYR,
    ICFGR,
    IGRPMODR0,
    NSACR,
)

FRAME: tuple[Row, ...] = RD_FRAME + SGI_FRAME
