"""GICD of a GICv2 (Arm IHI 0048, 4.3), 4 KiB. What is not listed reads as zero."""

from __future__ import annotations

from aiovgic.arch.idregs import Iidr
from aiovgic.arch.register import RO, W8_32, W32, Bank, Reg, Row
from aiovgic.arch.words import Word, bit, bits

KVM_VGIC_V2_DIST_SIZE = 0x1000


class CtlrV2(Word):
    """GICD_CTLR."""

    enable = bit(0)


class TyperV2(Word):
    """GICD_TYPER: how many interrupts and CPU interfaces there are."""

    it_lines_number = bits(4, 0)  # INTIDs / 32, minus one
    cpu_number = bits(7, 5)  # minus one


class Sgir(Word):
    """GICD_SGIR: send a software generated interrupt."""

    intid = bits(3, 0)
    target_list = bits(23, 16)
    filter = bits(25, 24)


class SgiSources(Word):
    """GICD_CPENDSGIR, GICD_SPENDSGIR: a byte of senders for each of four SGIs."""

    first = bits(7, 0)
    second = bits(15, 8)
    third = bits(23, 16)
    fourth = bits(31, 24)


# fmt: off
CTLR       = Reg (0x000, "GICD_CTLR",       CtlrV2,  W32)
TYPER      = Reg (0x004, "GICD_TYPER",      TyperV2, W32 | RO)
IIDR       = Reg (0x008, "GICD_IIDR",       Iidr,    W32 | RO)
IGROUPR    = Bank(0x080, "GICD_IGROUPR",    1,       W32)
ISENABLER  = Bank(0x100, "GICD_ISENABLER",  1,       W32)
ICENABLER  = Bank(0x180, "GICD_ICENABLER",  1,       W32)
ISPENDR    = Bank(0x200, "GICD_ISPENDR",    1,       W32)
ICPENDR    = Bank(0x280, "GICD_ICPENDR",    1,       W32)
ISACTIVER  = Bank(0x300, "GICD_ISACTIVER",  1,       W32)
ICACTIVER  = Bank(0x380, "GICD_ICACTIVER",  1,       W32)
IPRIORITYR = Bank(0x400, "GICD_IPRIORITYR", 8,       W8_32)
ITARGETSR  = Bank(0x800, "GICD_ITARGETSR",  8,       W8_32)
ICFGR      = Bank(0xC00, "GICD_ICFGR",      2,       W32)
SGIR       = Reg (0xF00, "GICD_SGIR",       Sgir,    W32)
CPENDSGIR  = Reg (0xF10, "GICD_CPENDSGIR",  SgiSources, W8_32, 4)
SPENDSGIR  = Reg (0xF20, "GICD_SPENDSGIR",  SgiSources, W8_32, 4)
# fmt: on

FRAME: tuple[Row, ...] = (
    CTLR,
    TYPER,
    IIDR,
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
    SGIR,
    CPENDSGIR,
    SPENDSGIR,
)
