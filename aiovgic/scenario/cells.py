"""Words that tasks written in Python share: each access is a point, so that the search tries its orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aiovgic.engine.recorder import described
from aiovgic.errors import UsageError
from aiovgic.scenario.immutable import is_immutable
from aiovgic.sync import FULL, RELAXED, Part, Shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync import Parts
    from aiovgic.sync.shared import Order

T = TypeVar("T")


class Cell(Generic[T]):
    """A word of the test's own. Its values cannot change in place, so that every change is an operation.

    Accesses are relaxed unless an order of `aiovgic.sync` is given: they do not hide data races of KVM.
    """

    __slots__ = ("_word",)

    def __init__(self, word: Shared[T]) -> None:
        self._word = word

    async def load(self, order: Order = RELAXED) -> T:
        """Read the word."""
        return await self._word.load(order)

    async def store(self, value: T, order: Order = RELAXED) -> None:
        """Write the word. Raises UsageError for a value that can change in place."""
        await self._word.store(fixed(self._word.name, value), order)

    async def cmpxchg(self, old: T, new: T, order: Order = FULL) -> T:
        """Write ``new`` if the word is ``old``; gives what the word was. Raises as `store`."""
        return await self._word.cmpxchg(old, fixed(self._word.name, new), order)

    async def update(self, change: Callable[[T], T], order: Order = FULL) -> T:
        """Replace the word by ``change(word)`` in one step; gives what the word was. Raises as `store`."""
        return await self._word.update(lambda now: fixed(self._word.name, change(now)), order)

    async def fetch_add(self: Cell[int], count: int = 1, order: Order = FULL) -> int:
        """Add ``count`` in one step; gives what the word was."""
        return await self._word.update(lambda now: now + count, order)

    def __repr__(self) -> str:
        return f"<Cell {self._word.name}>"


class Cells(Part):
    """The words that the tasks of one execution share."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.made: dict[str, tuple[Shared[Any], object]] = {}
        """By name: each word, and its first value."""

    def cell(self, name: str, value: T) -> Cell[T]:
        """The word with this name, ``value`` at first; the same one for all tasks of an execution.

        ``await word.load()``, ``.store(v)``, ``.cmpxchg(old, new)``, ``.update(change)``, ``.fetch_add(n)``.
        Raises UsageError for a value that can change in place, and for a second first value.
        """
        if name not in self.made:
            self.made[name] = (Shared(self, name, fixed(f"{self.name}.{name}", value)), value)
        word, first = self.made[name]
        if first != value or type(first) is not type(value):
            raise UsageError(f"{word.name} begins as {first!r} in one task, and as {value!r} in another")
        return Cell(word)

    def outcome(self) -> dict[str, dict[str, str]]:
        """What the words hold, if there are any, as part of an outcome."""
        held = {name: described(self.made[name][0].value) for name in sorted(self.made)}
        return {"shared": held} if held else {}


def fixed(name: str, value: T) -> T:
    """The value of a cell, checked. Raises UsageError if it can change in place."""
    if not is_immutable(value):
        what = f"a {type(value).__name__} changes in place, and the search does not see it"
        raise UsageError(f"{name}: {what}; keep a tuple or a frozen dataclass")
    return value
