"""What the next operation of a task touches, for strategies that decide by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.engine.footprint import WORD
from aiovgic.sync import MemoryAccess

if TYPE_CHECKING:
    from aiovgic.engine.task import Task
    from aiovgic.sync import Op


def touches(op: Op[Any]) -> tuple[str, bool]:
    """The identity of the thing that an operation touches, and whether it changes it; an empty one if it touches none.

    Of an access of guest memory it is the first 64-bit word.
    """
    if isinstance(op, MemoryAccess):
        return f"{op.memory.ident}[{op.gpa // WORD * WORD:#x}]", op.write
    thing = op.thing
    return ("", False) if thing is None else (thing.ident, op.changes)


def race(one: Op[Any], other: Op[Any]) -> bool:
    """Whether two operations of different tasks touch one thing, or some of the same memory, and one changes it."""
    if isinstance(one, MemoryAccess) and isinstance(other, MemoryAccess):
        apart = one.gpa + one.length <= other.gpa or other.gpa + other.length <= one.gpa
        return one.memory is other.memory and not apart and (one.write or other.write)
    (thing, changes), (theirs, they_change) = touches(one), touches(other)
    return bool(thing) and thing == theirs and (changes or they_change)


class Touched:
    """How often each task has touched each thing, in all executions so far."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, int]] = {}
        """Operations by the identity of the thing, then by the name of the task."""
        self.changed: dict[str, bool] = {}
        """The things that an operation has changed."""

    def note(self, task: Task) -> str:
        """The task is about to do its operation; gives the identity of the thing that it touches."""
        assert task.op is not None
        thing, changes = touches(task.op)
        if thing:
            counts = self.counts.setdefault(thing, {})
            counts[task.name] = counts.get(task.name, 0) + 1
            if changes:
                self.changed[thing] = True
        return thing

    def is_shared(self, thing: str) -> bool:
        """Whether several tasks have touched a thing, and an operation has changed it."""
        return thing in self.changed and len(self.counts[thing]) > 1

    def shared(self) -> list[str]:
        """All things that are shared, in the order in which they were first touched."""
        return [thing for thing in self.counts if self.is_shared(thing)]
