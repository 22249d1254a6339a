"""GITS: the ITS's control frame and its doorbell (Arm IHI 0069, 12.18 and 12.19)."""

from __future__ import annotations

from aiovgic.arch.idregs import IDREGS_COUNT, IDREGS_OFFSET, KVM_IIDR, Iidr
from aiovgic.arch.register import RO, W32, W32_64, Reg, Row
from aiovgic.arch.words import Word, bit, bits, place

KVM_VGIC_V3_ITS_SIZE = 0x20000
TRANSLATION_FRAME = 0x10000
TRANSLATER = 0x10040
"""GITS_TRANSLATER, the doorbell; it has no row, for a vCPU's store to it does nothing."""

CBASER_PAGE = 0x1000
BASER_PAGE = 0x10000  # the only page size that KVM offers
BASER_PAGE_64K = 2
VITS_TYPER_IDBITS = 16
VITS_TYPER_DEVBITS = 16

GITS_BASER_TYPE_DEVICE = 1
GITS_BASER_TYPE_COLLECTION = 4


class GitsCtlr(Word):
    """GITS_CTLR."""

    enabled = bit(0)
    quiescent = bit(31)


class Typer(Word):
    """GITS_TYPER: what this ITS can do."""

    plpis = bit(0)
    vlpis = bit(1)
    itt_entry_size = bits(7, 4)  # bytes, minus one
    id_bits = bits(12, 8)  # EventID bits, minus one
    dev_bits = bits(17, 13)  # DeviceID bits, minus one
    seis = bit(18)
    pta = bit(19)  # an RDbase is an address, not a Processor_Number
    hcc = bits(31, 24)
    cid_bits = bits(35, 32)
    cil = bit(36)
    vmovp = bit(37)


class Cbaser(Word):
    """GITS_CBASER: where the command ring lives."""

    pages = bits(7, 0)  # 4 KiB pages, minus one
    share = bits(11, 10)
    base = place(51, 12)
    outer = bits(55, 53)
    inner = bits(61, 59)
    valid = bit(63)

    @property
    def size_bytes(self) -> int:
        """How long the ring is."""
        return (self.pages + 1) * CBASER_PAGE


class Cursor(Word):
    """GITS_CWRITER and GITS_CREADR: a place in the command ring."""

    retry = bit(0)  # in CREADR: stalled
    offset = place(19, 5)


class Baser(Word):
    """GITS_BASERn: where a table lives, in pages of 64 KiB."""

    pages = bits(7, 0)  # minus one
    page_size = bits(9, 8)
    share = bits(11, 10)
    base_high = place(15, 12, at=48)
    base_low = place(47, 16)
    entry_size = bits(52, 48)  # bytes, minus one
    outer = bits(55, 53)
    type = bits(58, 56)
    inner = bits(61, 59)
    indirect = bit(62)
    valid = bit(63)

    @property
    def base(self) -> int:
        """The table's address: with 64 KiB pages bits 15:12 are its bits 51:48."""
        return self.base_high | self.base_low

    @property
    def size_bytes(self) -> int:
        """How long the table is, or its first level."""
        return (self.pages + 1) * BASER_PAGE


TYPER_VALUE = Typer.of(plpis=True, itt_entry_size=7, id_bits=VITS_TYPER_IDBITS - 1, dev_bits=VITS_TYPER_DEVBITS - 1)
BASER_RESET = Baser.of(entry_size=7, share=1, page_size=BASER_PAGE_64K, inner=3)
BASER0_RESET = BASER_RESET.but(type=GITS_BASER_TYPE_DEVICE)
BASER1_RESET = BASER_RESET.but(type=GITS_BASER_TYPE_COLLECTION)

# fmt: off
CTLR    = Reg(0x0000, "GITS_CTLR",    GitsCtlr, W32,         reset=GitsCtlr.of(quiescent=True))
IIDR    = Reg(0x0004, "GITS_IIDR",    Iidr,     W32    | RO, reset=KVM_IIDR)
TYPER   = Reg(0x0008, "GITS_TYPER",   Typer,    W32_64 | RO, reset=TYPER_VALUE)
CBASER  = Reg(0x0080, "GITS_CBASER",  Cbaser,   W32_64)
CWRITER = Reg(0x0088, "GITS_CWRITER", Cursor,   W32_64)
CREADR  = Reg(0x0090, "GITS_CREADR",  Cursor,   W32_64 | RO)
BASER   = Reg(0x0100, "GITS_BASER",   Baser,    W32_64,      count=8)
IDREGS  = Reg(IDREGS_OFFSET, "GITS_IDREGS", Word, W32  | RO, count=IDREGS_COUNT)
# fmt: on

FRAME: tuple[Row, ...] = (CTLR, IIDR, TYPER, CBASER, CWRITER, CREADR, BASER, IDREGS)
