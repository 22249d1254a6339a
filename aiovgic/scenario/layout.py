"""Where a scenario's machine has things: the addresses that the recordings use."""

from __future__ import annotations

from typing import NamedTuple

DIST = 0x0800_0000
GICC = 0x0801_0000
"""The CPU interface of a GICv2."""
REDIST = 0x080A_0000
REDIST_FRAME = 0x2_0000
ITS_BASES = (0x0808_0000, 0x0908_0000, 0x0910_0000, 0x0918_0000)
DOORBELL = 0x1_0040

RAM = 0x4000_0000
PROP_TABLE = 0x4001_0000
PEND_TABLE = 0x4002_0000
MAX_VCPUS = 8
RING_BYTES = 0x1_0000
ITT_PAGE = 0x1000
"""Tables of events begin and end at such a page."""


class ItsTables(NamedTuple):
    """Where an ITS has its tables, all of 64 KiB but for the last."""

    collections: int
    devices: int
    ring: int
    itts: range
    """Interrupt translation tables, one after the other."""


FIRST_ITS = ItsTables(0x4010_0000, 0x4011_0000, 0x4030_0000, range(0x4040_0000, 0x4080_0000))
OTHERS = 0x4080_0000
PER_ITS = 0x20_0000
"""From the tables of one of the other ITSes to those of the next."""


def redist(vcpu: int) -> int:
    """RD_base of a vCPU's redistributor."""
    return REDIST + vcpu * REDIST_FRAME


def pend_table(vcpu: int) -> int:
    """A vCPU's LPI pending table."""
    return PEND_TABLE + vcpu * 0x1_0000


def its_tables(its: int) -> ItsTables:
    """The tables of an ITS: the first has them where the recordings have them."""
    if not its:
        return FIRST_ITS
    base = OTHERS + (its - 1) * PER_ITS
    return ItsTables(base, base + 0x1_0000, base + 0x2_0000, range(base + 0x4_0000, base + PER_ITS))
