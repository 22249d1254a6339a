"""Scanning a table in guest memory for entries that are linked by their distance to the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from struct import iter_unpack
from typing import TYPE_CHECKING

from aiovgic.arch.entries import ENTRY_SIZE
from aiovgic.arch.words import SZ_4K

if TYPE_CHECKING:
    from aiovgic.model.its.tables import ItsTables

Wanted = Callable[[int], bool]
Visit = Callable[[int, int], Awaitable[int]]


async def scan_its_table(
    tables: ItsTables, base: int, size_bytes: int, first_id: int, wanted: Wanted, visit: Visit
) -> bool:
    """Visit the entries of a table; False if one said it is the last (scan_its_table). Raises EFAULT.

    ``visit`` gets number and entry and says how far it is to the next; 0 ends the scan. KVM
    reads entry by entry and passes over those that are not ``wanted`` one at a time; here a
    page of them is read at once, and read again after each visit, which may have changed it.
    """
    at = 0
    while at < size_bytes:
        gpa = base + at
        length = min(size_bytes - at, SZ_4K - gpa % SZ_4K)
        data = await tables.memory.read(gpa, length)
        if data is None:
            raise tables.no_memory(gpa)
        skipped, entry = first_wanted(data, wanted)
        at += skipped
        if entry is None:
            continue
        step = await visit(first_id + at // ENTRY_SIZE, entry)
        if not step:
            return False
        at += step * ENTRY_SIZE
    return True


def first_wanted(data: bytes, wanted: Wanted) -> tuple[int, int | None]:
    """The first wanted entry, and how many bytes are before it."""
    if data.count(0) == len(data):
        return len(data), None
    at = 0
    for (entry,) in iter_unpack("<Q", data):
        if wanted(entry):
            return at, entry
        at += ENTRY_SIZE
    return at, None
