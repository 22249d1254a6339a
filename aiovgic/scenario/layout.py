"""Where a scenario's machine has things: the addresses of the recordings (oracle/layout.py)."""

from __future__ import annotations

DIST = 0x0800_0000
REDIST = 0x080A_0000
REDIST_FRAME = 0x2_0000
ITS_BASES = (0x0808_0000, 0x0908_0000, 0x0910_0000, 0x0918_0000)
DOORBELL = 0x1_0040

RAM = 0x4000_0000
PROP_TABLE = 0x4001_0000
PEND_TABLE = 0x4002_0000
COLL_TABLE = 0x4010_0000
DEV_TABLE = 0x4011_0000
CMD_QUEUE = 0x4030_0000
ITT = 0x4040_0000
PER_ITS = 0x20_0000
"""From the tables of one ITS to those of the next."""

MAX_VCPUS = 8
MAX_DEVICES = 256
SZ_64K = 0x1_0000
ITT_PAGE = 0x1000
RING_BYTES = 0x1_0000


def redist(vcpu: int) -> int:
    """RD_base of a vCPU's redistributor."""
    return REDIST + vcpu * REDIST_FRAME


def pend_table(vcpu: int) -> int:
    """A vCPU's LPI pending table."""
    return PEND_TABLE + vcpu * SZ_64K


def table(address: int, its: int) -> int:
    """An ITS's own copy of a table."""
    return address + its * PER_ITS


def itt(its: int, number: int) -> int:
    """The interrupt translation table of the ``number``-th device of an ITS."""
    return table(ITT, its) + number % MAX_DEVICES * ITT_PAGE
