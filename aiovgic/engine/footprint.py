"""Footprints: two steps commute unless both access the same object and one of them changes it.

A step is an operation and what its task does up to its next one. A footprint names objects by their identities,
so that it keeps its meaning in another execution.

- An operation that does not change an object has only read it. Exceptions: a store or an exchange that publishes
  what its task did before, and a store to a word that publishes something: it ends that release sequence.
- Taking a lock changes the lock. Releasing it conflicts with a task that tries without waiting. For a task that
  waits, the release is an enabling edge: it orders the two steps and is no conflict.
- A wake-up, a task that begins to sleep and one that stops sleeping change their queue.
- Readers of SRCU commute, except leavers that one callback waits for: the last of them runs it.
  A grace period that begins does not commute with them.
- Freed memory changes everything in it.
- Where interrupt handlers may come, every step changes its CPU.
"""

from __future__ import annotations

from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from aiovgic.sync import (
    FULL,
    RELEASE,
    Acquire,
    AcquireKillable,
    Begin,
    Choose,
    Fence,
    GraceEnd,
    Interrupt,
    Load,
    MemoryAccess,
    RacyRead,
    RefGetUnlessZero,
    RefPutNotLast,
    Resched,
    Section,
    Sleep,
    TryLock,
    Update,
    WaitQueue,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from aiovgic.sync import Change, Declared, HostCpu, Op, Part, Thing

WORD = 8
HELD = "?"
"""Suffix of a lock's name: whether the lock is held. Only a task that does not wait for the lock reads it."""

PLAIN = (int, str, Enum, NoneType)
"""What cannot be changed in place: such a word is as it was if it is equal."""

SILENT = (Update, TryLock, RefGetUnlessZero, RefPutNotLast)
"""Operations that may leave what they touch as it was."""

PUBLISHES = (RELEASE, FULL)
"""Orders that publish: an acquire load that reads the value comes after the update, also if that is the old value."""


class Range(NamedTuple):
    """Consecutive 64-bit words of one guest memory: ``first`` up to but not including ``last``, as word numbers."""

    memory: str
    """The identity of the memory."""
    first: int
    last: int

    def overlaps(self, other: Range) -> bool:
        """Whether both have a word in common."""
        return self.first < other.last and other.first < self.last and self.memory == other.memory

    def covers(self, other: Range) -> bool:
        """Whether every word of ``other`` is in this range."""
        return self.first <= other.first and other.last <= self.last and self.memory == other.memory


Key = str | Range
"""A thing that a step touches: an identity, or words of guest memory."""

Wait = Literal["", "lock", "wake", "grace"]


class Footprint:
    """The objects that one step reads and changes, and the waiting tasks that it enables."""

    __slots__ = ("ends", "enters", "hidden", "leaves", "ranges", "releases", "touched", "waited", "waited_for", "wakes")

    def __init__(self) -> None:
        self.touched: dict[str, bool] = {}
        """Whether it changes it, by the identity of each thing."""
        self.ranges: dict[Range, bool] = {}
        """Whether it writes them, by the words of guest memory it accesses."""
        self.waited: Wait = ""
        """How its operation may have had to wait."""
        self.waited_for = ""
        self.releases: tuple[str, ...] = ()
        self.wakes: tuple[str, ...] = ()
        self.enters: tuple[str, ...] = ()
        self.leaves: tuple[str, ...] = ()
        self.hidden: dict[tuple[str, Declared], bool] = {}
        """Guarded fields that are no points, and so are not compared, by owner and field: whether it writes them."""
        self.ends = False
        """Whether it ends the execution, or decides whether a later step does: then it commutes with no step."""

    def commutes(self, other: Footprint) -> bool:
        """Whether the order of two steps makes no difference."""
        if self.ends or other.ends:
            return False
        few, many = self.touched, other.touched
        if len(few) > len(many):
            few, many = many, few
        for name, write in few.items():
            theirs = many.get(name)
            if theirs is not None and (write or theirs):
                return False
        return not (self.ranges and other.ranges and self.shares_memory(other))

    def shares_memory(self, other: Footprint) -> bool:
        """Whether both steps access a word of guest memory that at least one of them writes."""
        return any(
            (write or theirs) and words.overlaps(others)
            for words, write in self.ranges.items()
            for others, theirs in other.ranges.items()
        )

    def everything(self) -> Iterator[tuple[Key, bool]]:
        """All that the step touches, and whether it changes it."""
        yield from self.touched.items()
        yield from self.ranges.items()

    def merge(self, other: Footprint) -> None:
        """The step may do this as well: another alternative of its choice does."""
        for name, write in other.touched.items():
            self.touched[name] = write or self.touched.get(name, False)
        for words, write in other.ranges.items():
            self.ranges[words] = write or self.ranges.get(words, False)
        for field, write in other.hidden.items():
            self.hidden[field] = write or self.hidden.get(field, False)
        self.ends |= other.ends

    # -- what it consists of ------------------------------------------------------------------

    def operation(self, op: Op[Any]) -> None:
        """The operation that the step begins with."""
        match op:
            case Acquire() | AcquireKillable():
                self.touched[op.lock.ident] = True
                self.waited, self.waited_for = "lock", op.lock.ident
            case Load() | Update():
                self.touched[op.word.ident] = op.changes
            case TryLock():
                self.touched[op.lock.ident] = True
                self.touched[op.lock.ident + HELD] = True
            case GraceEnd():
                self.waited, self.waited_for = "grace", op.srcu.ident
            case MemoryAccess():
                self.memory(op)
            case Begin() | Choose() | Fence() | Interrupt() | RacyRead() | Resched():
                pass
            case _:
                self.thing(op)

    def thing(self, op: Op[Any]) -> None:
        """An operation on one thing."""
        thing = op.thing
        assert thing is not None, f"{op.kind} says not what it touches"
        self.touch(thing.ident, write=op.changes)
        if isinstance(op, Sleep):
            self.waited, self.waited_for = "wake", thing.ident
        elif isinstance(op, Section):
            self.enters += (thing.ident,)

    def gave(self, op: Op[Any], value: Any, *, published: bool) -> None:
        """The operation is done and gave ``value``: if it changed nothing, it has only read.

        ``published``: it changes what its word publishes, also if the word keeps its value.
        """
        match op:
            case Update():
                same = isinstance(value, PLAIN) and op.word.value == value
                silent = op.failed(value) or (same and not published)
            case TryLock() | RefGetUnlessZero() | RefPutNotLast():
                silent = value is False
            case _:
                silent = False
        if silent and op.thing is not None:
            for name in (op.thing.ident, op.thing.ident + HELD):
                if name in self.touched:
                    self.touched[name] = False

    def touch(self, name: str, *, write: bool) -> None:
        """The step looks at a thing, or changes it."""
        if write:
            self.touched[name] = True
        else:
            self.touched.setdefault(name, False)

    def memory(self, op: MemoryAccess) -> None:
        """An access of guest memory: the 64-bit words that it has bytes of."""
        words = Range(op.memory.ident, op.gpa // WORD, (op.gpa + max(op.length, 1) - 1) // WORD + 1)
        self.ranges[words] = op.write or self.ranges.get(words, False)

    def runs_on(self, cpu: HostCpu) -> None:
        """It needs this CPU, which an interrupt handler may take."""
        self.touched[str(cpu)] = True

    def change(self, thing: Thing, how: Change) -> None:
        """What is done to a thing between operations."""
        match how:
            case "released":
                self.touched.setdefault(thing.owner.ident, False)  # its memory must still be there
                self.touched[thing.ident + HELD] = True
                self.releases += (thing.ident,)
            case "left":
                self.touched.setdefault(thing.ident, False)
                self.leaves += (thing.ident,)
            case "woken" if isinstance(thing, WaitQueue) and not thing.sleepers:
                self.touched.setdefault(thing.ident, False)  # no task hears it
            case "woken":
                self.touched[thing.ident] = True
                self.wakes += (thing.ident,)
            case "called" | "finished":
                self.touched[thing.ident] = True

    def note(self, part: Part, field: Declared, points: Container[Declared], *, write: bool) -> None:
        """A guarded field: as a piece of what may be freed, and itself if it is one of the ``points``."""
        self.touched.setdefault(part.ident, False)
        if field in points:
            self.touch(f"{part.ident}.{field.field}", write=write)
        elif write or (part.ident, field) not in self.hidden:
            self.hidden[part.ident, field] = write

    def promote(self, field: Declared) -> None:
        """A field has become a point: compare the accesses of it from now on."""
        for owner, each in list(self.hidden):
            if each is field:
                self.touch(f"{owner}.{field.field}", write=self.hidden.pop((owner, each)))

    def writes(self, names: Container[str]) -> bool:
        """Whether it writes a shared word or a guarded field with one of these identities."""
        hidden = (f"{owner}.{field.field}" for (owner, field), write in self.hidden.items() if write)
        changed = (name for name, write in self.touched.items() if write)
        return any(name in names for name in (*changed, *hidden))

    def freed(self, part: Part) -> None:
        """The memory of a part is gone, and all things in it."""
        self.touched[part.ident] = True
        for thing in part.things:
            self.touched[thing.ident] = True
