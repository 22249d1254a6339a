"""Register frames: tables of rows, bound by name to the methods of a part.

An access finds the row that holds its offset. The row must list the width, the address must
be aligned to it and, in a bank, its first interrupt must exist. Otherwise a read is zero, a
write is dropped, and the access still counts as handled (vgic_get_mmio_region).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from aiovgic.arch.register import W8, W32, W64, Bank, Reg
from aiovgic.arch.words import from_le, to_le
from aiovgic.sync import Constant, Part

if TYPE_CHECKING:
    from aiovgic.arch.register import Width
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

WIDTHS = {1: W8, 4: W32, 8: W64}

Reader = Callable[..., Awaitable[int]]
Writer = Callable[..., Awaitable[None]]


class Access(NamedTuple):
    """One access of a register frame."""

    vcpu: Vcpu
    """Whose registers: the frame's owner, or for shared frames the vCPU that accesses."""
    running: Vcpu | None
    """The vCPU whose guest does it; None for userspace."""
    offset: int
    """From the base of the frame."""
    length: int
    """Bytes: 1, 4 or 8."""


@dataclass(frozen=True)
class On:
    """What a row does: its methods for the guest and, where they differ, for userspace.

    No reader: reads as zero. No writer: ignores writes. ``spis_only``: the part of a bank
    that belongs to private interrupts is RAZ/WI.
    """

    row: Reg | Bank
    read: Reader | None = None
    write: Writer | None = None
    uread: Reader | None = None
    uwrite: Writer | None = None
    spis_only: bool = False


class Row:
    """One row, ready for dispatch: methods by name, so that an override is never bypassed."""

    __slots__ = ("bits", "end", "name", "read", "spis_only", "start", "uread", "uwrite", "widths", "write")

    def __init__(self, on: On) -> None:
        self.start = on.row.offset
        self.end = on.row.offset + on.row.size
        self.name = on.row.name
        self.widths = on.row.access
        self.bits = on.row.bits_per_irq if isinstance(on.row, Bank) else 0
        self.spis_only = on.spis_only
        self.read = method_name(on.read)
        self.write = method_name(on.write)
        self.uread = method_name(on.uread) or self.read
        self.uwrite = method_name(on.uwrite) or self.write

    def takes(self, width: Width) -> bool:
        """Whether the register may be accessed with this width."""
        return bool(self.widths & width)

    def intid(self, offset: int) -> int:
        """The first interrupt that an access at ``offset`` touches (VGIC_ADDR_TO_INTID)."""
        return first_intid(self.bits, offset)


def method_name(method: Callable[..., Any] | None) -> str:
    """The name under which a part has this method, or nothing."""
    return "" if method is None else method.__name__


def first_intid(bits: int, offset: int) -> int:
    """The interrupt whose ``bits`` wide field in a bank is at ``offset`` (a bank covers 1024)."""
    return offset % (bits * 128) * 8 // bits


class Table:
    """The rows of a frame, in order of offset."""

    def __init__(self, rows: Iterable[On]) -> None:
        self.rows = [Row(on) for on in sorted(rows, key=lambda on: on.row.offset)]
        self.starts = [row.start for row in self.rows]
        for before, after in zip(self.rows, self.rows[1:], strict=False):
            assert before.end <= after.start, f"{before.name} overlaps {after.name}"

    def at(self, offset: int) -> Row | None:
        """The row that holds ``offset`` (vgic_find_mmio_region)."""
        i = bisect_right(self.starts, offset) - 1
        if i < 0 or offset >= self.rows[i].end:
            return None
        return self.rows[i]


class IodevType(Enum):
    """Which part of the vGIC answers at a frame (enum iodev_type)."""

    CPUIF = "cpuif"
    DIST = "dist"
    REDIST = "redist"
    ITS = "its"


class Frame(Part):
    """A part that answers to register accesses: on the bus, and to userspace."""

    TABLE: ClassVar[Table]
    iodev_type = Constant(IodevType.DIST)

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    def region(self, offset: int, length: int) -> Row | None:
        """The row an access may use, or None (vgic_get_mmio_region)."""
        row = self.TABLE.at(offset)
        width = WIDTHS.get(length)
        if row is None or width is None or not row.takes(width) or offset % length:
            return None
        if row.bits and row.intid(offset) >= self.vm.dist.nr_irqs():
            return None
        return row

    def is_raz_wi(self, row: Row, offset: int) -> bool:
        """Whether this is the private part of a bank that only has SPIs."""
        return row.spis_only and self.vm.dist.is_private(row.intid(offset))

    async def dispatch_read(self, at: Access) -> int:
        """The value a guest reads (dispatch_mmio_read)."""
        row = self.region(at.offset, at.length)
        if row is None or not row.read or self.is_raz_wi(row, at.offset):
            return 0
        await self.load_irqs(at, row)
        value: int = await getattr(self, row.read)(at)
        return cut(value, at.length)

    async def dispatch_write(self, at: Access, value: int) -> None:
        """Do a guest's write (dispatch_mmio_write)."""
        row = self.region(at.offset, at.length)
        if row is None or not row.write or self.is_raz_wi(row, at.offset):
            return
        await self.load_irqs(at, row)
        await getattr(self, row.write)(at, value)

    async def uaccess_read(self, at: Access) -> int:
        """The value userspace reads; zero where there is no register (vgic_uaccess_read)."""
        row = self.region(at.offset, at.length)
        if row is None or not row.uread or self.is_raz_wi(row, at.offset):
            return 0
        await self.load_irqs(at, row)
        value: int = await getattr(self, row.uread)(at)
        return cut(value, at.length)

    async def uaccess_write(self, at: Access, value: int) -> None:
        """Do userspace's write; raises what the register refuses (vgic_uaccess_write)."""
        row = self.region(at.offset, at.length)
        if row is None or not row.uwrite or self.is_raz_wi(row, at.offset):
            return
        await self.load_irqs(at, row)
        await getattr(self, row.uwrite)(at, value)

    async def load_irqs(self, at: Access, row: Row) -> None:
        """Load the pointer to the interrupts of a bank: the point of all look-ups of one access."""
        if row.bits:
            await self.vm.load_irqs(at.vcpu, row.intid(at.offset))


def cut(value: int, length: int) -> int:
    """The low ``length`` bytes of ``value``, as the bus carries them."""
    return from_le(to_le(value, 8)[:length])
