"""What an execution of a toy program did, written by the program itself.

No watch and no announcement of the seam is asked: the toy says what each of its steps touched,
and how. So a dependence that an engine fails to announce or to see shows as a difference.
What only a rule looks at (list registers, guest mode) is left out: findings are compared for that.
"""

from __future__ import annotations

from hashlib import blake2b
from types import coroutine
from typing import TYPE_CHECKING, Any

from aiovgic.engine.runtime import ExecutionRuntime
from aiovgic.model.faults import Fault
from aiovgic.sync import (
    Acquire,
    AcquireKillable,
    Begin,
    GraceBegin,
    GraceEnd,
    Load,
    Op,
    Prepare,
    RefGetUnlessZero,
    RefPut,
    RefPutNotLast,
    Section,
    Sleep,
    TryLock,
    Update,
)
from aiovgic.sync.ref import RefGet

if TYPE_CHECKING:
    from collections.abc import Container, Generator

    from aiovgic.sync import Lock, Part, Runtime, Script, Thing

CONFLICTS: dict[str, tuple[str, ...]] = {
    "read": ("write", "add"),
    "add": ("read", "write"),
    "write": ("read", "write", "add"),
    # read sections, grace periods, and callbacks after them: of the readers that one waits for, the last runs it
    "enter": ("begin", "call"),
    "leave": ("call", "leave-and-run"),
    "leave-and-run": ("leave", "leave-and-run"),
    "begin": ("enter",),
    # the readers that it waits for have left before, and the others do not concern it
    "end": (),
    "call": ("enter", "leave"),
    # wait queues: a wake-up that wakes no task changes nothing
    "join": ("wake", "poke"),
    "wake": ("join", "wake", "poke"),
    "poke": ("join", "wake"),
    # a CPU's interrupts: handlers begin where no task there has turned them off
    "count": ("test",),
    "test": ("count",),
    # a CPU with handlers: their beginnings and ends, and the steps of what they interrupt
    "plain": ("handler",),
    "handler": ("plain", "handler"),
}
"""Ways to touch a thing, and which ways do not commute with each; symmetric, and no larger than it must be."""


class Event:
    """One step: its task, its number there, the operation, the operation's value, and what the step touched."""

    __slots__ = ("index", "kind", "target", "task", "touched", "value")

    def __init__(self, task: str, index: int, kind: str, target: str, value: str) -> None:
        self.task = task
        self.index = index
        self.kind = kind
        self.target = target
        self.value = value
        self.touched: list[tuple[str, str]] = []

    @property
    def symbol(self) -> tuple[str, int, str, str, str, tuple[tuple[str, str], ...]]:
        """Everything about it but its place."""
        touched = sorted({*self.touched, (self.task, "write")})
        return self.task, self.index, self.kind, self.target, self.value, tuple(touched)


class Journal:
    """The events of one execution, in order."""

    def __init__(self, rt: Runtime, handled: tuple[int, ...], racing: Container[str]) -> None:
        self.rt = rt
        self.handled = handled
        """CPUs that have an interrupt handler."""
        self.racing = racing
        """The tasks that no other task spawns, by name."""
        self.events: list[Event] = []
        self.counts: dict[str, int] = {}
        self.over = False
        """Whether no task can go on: what killed tasks do after that belongs to no step."""

    def touch(self, thing: str, how: str) -> None:
        """The present step touched a thing, in one of the ways of CONFLICTS.

        That is the step that was done last, or the beginning of a task that begins with a step. What a task does when
        it is created belongs to no step.
        """
        if self.over:
            return
        me = self.rt.current.name
        if self.has_begun():
            if me in self.racing and not self.counts.get(me):
                self.event("begin", "", "")
            if self.events:
                self.events[-1].touched.append((thing, how))

    def has_begun(self) -> bool:
        """Whether a task has taken a step."""
        execution = self.rt.execution if isinstance(self.rt, ExecutionRuntime) else None
        return execution is not None and execution.steps > 0

    def gave_back(self, lock: Lock) -> None:
        """A lock was released in the step that was done last."""
        self.touch(name_of(lock), "write")
        self.touch(label_of(lock.owner), "read")

    def did(self, op: Op[Any], value: Any) -> None:
        """An operation is done."""
        if self.over:
            return
        shown = "" if isinstance(op, GraceBegin) else repr(value)  # tickets are numbered in order of entry
        event = self.event(op.kind, op.target, shown)
        thing = op.thing
        if thing is not None:
            event.touched += [(name_of(thing), way_of(op, value)), (label_of(thing.owner), "read")]
        if turns_irqs_off(op, value):
            event.touched.append((f"irqs of {self.rt.current.cpu}", "count"))

    def event(self, kind: str, target: str, value: str) -> Event:
        """One more step of the running task."""
        me = self.rt.current
        index = self.counts.get(me.name, 0)
        self.counts[me.name] = index + 1
        event = Event(me.name, index, kind, target, value)
        self.events.append(event)
        if index == 0:
            event.touched.append((f"birth of {me.name}", "write"))
        if me.cpu.number in self.handled:
            if not me.isr:
                event.touched.append((repr(me.cpu), "plain"))
            elif index == 0:
                event.touched += [(repr(me.cpu), "handler"), (f"irqs of {me.cpu}", "test")]
        return event

    def begins_with_a_step(self) -> bool:
        """Whether the running task has just done the step that it begins with, as `engine.beginnings` has decided."""
        execution = self.rt.execution if isinstance(self.rt, ExecutionRuntime) else None
        late = None if execution is None else execution.stage.late
        return self.rt.current.name in (late or {}) and self.rt.current.name not in self.counts

    @coroutine
    def follow(self, script: Script[Any], *, ends: bool = True) -> Generator[Op[Any], Any, Any]:
        """A script whose operations are written down once they are done; by default its task ends with it."""
        value: Any = None
        if self.begins_with_a_step():
            self.did(Begin(), None)
        while True:
            try:
                op = script.send(value)
            except StopIteration as stop:
                if ends and self.rt.current.isr:
                    self.touch(repr(self.rt.current.cpu), "handler")
                return stop.value
            value = yield op
            if op.point:
                self.did(op, value)

    def key(self) -> bytes:
        """The trace this execution belongs to: Foata's normal form of its events, hashed.

        An event's level is one more than the highest below it that it depends on. Executions that differ
        only in the order of neighbours that commute have the same events on the same levels.
        """
        levels: dict[tuple[str, str], int] = {}
        form: list[tuple[Any, ...]] = []
        for event in self.events:
            symbol = event.symbol
            touched = symbol[-1]
            level = 1 + max(
                (levels.get((thing, other), 0) for thing, how in touched for other in CONFLICTS[how]), default=0
            )
            for each in touched:
                levels[each] = max(levels.get(each, 0), level)
            form.append((level, symbol))
        return blake2b(repr(sorted(form)).encode(), digest_size=16).digest()


def label_of(part: Part) -> str:
    """A part's name, the same in every order of allocations."""
    return str(getattr(part, "label", part.name))


def name_of(thing: Thing) -> str:
    """A thing's name, the same in every order of allocations."""
    return f"{label_of(thing.owner)}.{thing.name.rpartition('.')[2]}"


def turns_irqs_off(op: Op[Any], value: Any) -> bool:
    """Whether an operation has turned its CPU's interrupts off."""
    match op:
        case Acquire():
            return op.irqsave
        case TryLock() | AcquireKillable():
            return op.lock.irqsave and value is True
    return False


def way_of(op: Op[Any], value: Any) -> str:
    """How an operation touches its thing."""
    match op:
        case Load():
            return "read"
        case Update():
            return "read" if op.word.value == value else "write"
        case TryLock() | RefGetUnlessZero() | RefPutNotLast() | Fault() if value is False:
            return "read"
        case RefGet() | RefGetUnlessZero():
            return "add"
        case Acquire() | AcquireKillable() | TryLock() | RefPut() | RefPutNotLast() | Fault():
            return "write"
        case Section():
            return "enter"
        case GraceBegin():
            return "begin"
        case GraceEnd():
            return "end"
        case Prepare() | Sleep():
            return "join"
    raise AssertionError(f"no toy does {op.kind}")
