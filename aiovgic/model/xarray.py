"""An index that is read without a lock: LPIs by INTID, translations by device and event.

Every change takes the array's own lock for its length, so changes are ordered among themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from aiovgic.sync import ACQUIRE, Shared

if TYPE_CHECKING:
    from aiovgic.sync import Part

T = TypeVar("T")


class XArray(Generic[T]):
    """Objects by number (struct xarray). Each operation is one point, and one step at it.

    Readers take no lock but an RCU section; writers bring a lock where they need more than
    one step. The map is changed in the step that the write announces, so no task sees it
    half changed, and a large index is never copied.
    """

    __slots__ = ("_word",)

    def __init__(self, owner: Part, field: str) -> None:
        entries: dict[int, T | None] = {}  # None: reserved
        self._word = Shared(owner, field, entries)

    async def load(self, key: int) -> T | None:
        """What is stored there (xa_load)."""
        return (await self._word.load(ACQUIRE)).get(key)

    async def store(self, key: int, value: T) -> T | None:
        """Store it there; gives what it replaces (xa_store)."""
        entries = await self._word.update(_same)
        old = entries.get(key)
        entries[key] = value
        return old

    async def reserve(self, key: int) -> None:
        """Make room there, unless there is some (xa_reserve); reads as empty."""
        (await self._word.update(_same)).setdefault(key, None)

    async def release(self, key: int) -> None:
        """Undo reserve, if nothing was stored there (xa_release)."""
        entries = await self._word.update(_same)
        if entries.get(key) is None:
            entries.pop(key, None)

    def has_room(self, key: int) -> bool:
        """Whether storing there needs no memory; for callers that exclude all other writers."""
        return key in self._word.value

    async def erase(self, key: int) -> T | None:
        """Empty the place; gives what was there (xa_erase)."""
        return (await self._word.update(_same)).pop(key, None)

    async def items(self) -> tuple[tuple[int, T], ...]:
        """All that is stored, in ascending order, as of now (xa_for_each)."""
        entries = await self._word.load(ACQUIRE)
        return tuple([(key, value) for key, value in sorted(entries.items(), key=_number) if value is not None])

    def entries(self) -> list[tuple[int, T]]:
        """All that is stored, in ascending order, without a point: for reports."""
        return [(key, value) for key, value in sorted(self._word.value.items(), key=_number) if value is not None]

    def stored(self) -> list[T]:
        """All that is stored, in ascending order, without numbers and without a point: for reports."""
        return [value for _, value in self.entries()]

    async def unsorted(self) -> tuple[T, ...]:
        """All that is stored, in the order it came."""
        return tuple([value for value in (await self._word.load(ACQUIRE)).values() if value is not None])


def _same(entries: dict[int, T | None]) -> dict[int, T | None]:
    """The map itself: the task that awaited the write changes it in the same step."""
    return entries


def _number(item: tuple[int, object]) -> int:
    return item[0]
