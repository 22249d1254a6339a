"""Happens-before by synchronisation alone: a vector clock for each context.

| from | to |
|---|---|
| a lock's release | the next task that takes the lock |
| a store or change of a shared word with release order | a task that reads that value with acquire order |
| a release or full barrier, then a relaxed store | a task that reads it, after an acquire or full barrier |
| dropping a reference | the task that drops the last one |
| a wake-up | the sleeper's return |
| a reader's leaving | the end of a grace period that began while the reader was inside |
| the beginning of a grace period | readers that enter after its end |
| deferring a free to the end of a grace period, and readers that have left | the free at that end |
| spawning | the new context |
| what ran on a CPU | an interrupt handler there, and what runs on after it |

Relaxed accesses, taking references and guest memory order nothing. A task that hands over keeps its
context. Set-up comes before everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.engine.watch import Watch
from aiovgic.sync import (
    ACQUIRE,
    FULL,
    RELEASE,
    Acquire,
    AcquireKillable,
    Fence,
    GraceBegin,
    GraceEnd,
    KillableSleep,
    Load,
    RefGetUnlessZero,
    RefPut,
    RefPutNotLast,
    Section,
    Sleep,
    Srcu,
    TryLock,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Change, Context, HostCpu, Op, Shared, Thing

    Times = list[int]

ACQUIRES = (ACQUIRE, FULL)
RELEASES = (RELEASE, FULL)
NOTHING: Times = []


class ContextClock:
    """The vector clock of one context: the time of every context, its own included, by number of the task."""

    __slots__ = ("acquired", "number", "released", "task", "time", "times")

    def __init__(self, task: Task, times: Times) -> None:
        self.task = task
        self.number = task.number
        self.times = times
        times += [0] * (task.number + 1 - len(times))
        self.time = times[task.number] = 1
        """Its own time: each publish increments it."""
        self.acquired: Times = []
        """What relaxed loads have seen, for the next acquire barrier."""
        self.released: Times = []
        """What the last release barrier published, for relaxed stores."""

    def join(self, times: Times) -> None:
        """Join these times into this clock."""
        join(self.times, times)

    def publish(self) -> Times:
        """The times that other contexts may acquire; then increment this context's time."""
        known = list(self.times)
        self.time += 1
        self.times[self.number] = self.time
        return known

    def knows(self, other: ContextClock, time: int) -> bool:
        """Whether what ``other`` did at ``time`` happens before what this context does now."""
        times = self.times
        return other.number < len(times) and times[other.number] >= time


def join(into: Times, times: Times) -> None:
    """Join two clocks: ``into`` becomes the later time of both, context by context."""
    known = len(into)
    for number, time in enumerate(times):
        if number >= known:
            into.append(time)
        elif time > into[number]:
            into[number] = time


def later_of(one: Times, other: Times) -> Times:
    """A new clock with the later time of both, context by context."""
    both = list(one)
    join(both, other)
    return both


class Clocks(Watch):
    """Keeps the clocks of the present execution; each execution begins with new ones."""

    def __init__(self) -> None:
        self.contexts: dict[Context, ContextClock] = {}
        self.things: dict[Thing, Times] = {}
        """Clock joined by each task that acquires this object."""
        self.inside: dict[Thing, dict[int, Context]] = {}
        """The contexts inside each read section, by ticket."""
        self.left: dict[Thing, dict[int, Times]] = {}
        """Clock of each reader when it left, by ticket."""
        self.deferred: dict[Thing, Times] = {}
        """Joined clocks of the contexts that deferred a call to the end of a grace period."""
        self.cpus: dict[HostCpu, Times] = {}
        """Joined clocks of the interrupt handlers of a CPU when they ended."""
        self.execution: Execution | None = None
        self.hears: dict[type[Op[Any]], Callable[[ContextClock, Any, Any], None]] = {
            Acquire: self.taken,
            AcquireKillable: self.tried,
            TryLock: self.tried,
            Load: self.loaded,
            Update: self.updated,
            Fence: self.passed,
            RefGetUnlessZero: self.looked_at_count,
            RefPut: self.put,
            RefPutNotLast: self.put_not_last,
            Section: self.entered,
            GraceBegin: self.waits,
            GraceEnd: self.waited,
            Sleep: self.slept,
            KillableSleep: self.slept,
        }
        self.after_ops = tuple(self.hears)

    def begin(self, execution: Execution) -> None:
        self.execution = execution
        for kept in (self.contexts, self.things, self.inside, self.left, self.deferred, self.cpus):
            kept.clear()

    def started(self, task: Task, parent: Task | None) -> None:
        times = self.contexts[parent.context].publish() if parent is not None else []
        me = self.contexts[task.context] = ContextClock(task, times)
        me.join(self.cpus.get(task.context.cpu, NOTHING))

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        self.hears[type(op)](self.contexts[task.context], op, value)

    def changed(self, thing: Thing, how: Change) -> None:
        match how:
            case "released":
                self.things[thing] = self.mine().publish()
            case "woken":
                self.things[thing] = later_of(self.things.get(thing, NOTHING), self.mine().publish())
            case "left":
                self.reader_left(thing)
            case "called":
                me, deferred = self.mine(), self.deferred.setdefault(thing, [])
                for times in (me.publish(), me.acquired):  # a grace period is a barrier, too
                    join(deferred, times)
            case _:
                pass

    def mine(self) -> ContextClock:
        """The clock of the running context."""
        assert self.execution is not None
        return self.contexts[self.execution.rt.current]

    # -- locks, words, barriers, counts -----------------------------------------------------------

    def taken(self, me: ContextClock, op: Acquire, _value: None) -> None:
        """A lock was taken: join the clock of its last holder."""
        me.join(self.things.get(op.lock, NOTHING))

    def tried(self, me: ContextClock, op: TryLock | AcquireKillable, value: bool) -> None:  # noqa: FBT001
        """A lock was tried: join the clock of its last holder if it was taken."""
        if value:
            me.join(self.things.get(op.lock, NOTHING))

    def loaded(self, me: ContextClock, op: Load[Any], _value: object) -> None:
        """A shared word was read: join its clock now, or at the next acquire barrier if the load is relaxed."""
        times = self.things.get(op.word)
        if times is None:
            return
        if op.order in ACQUIRES:
            me.join(times)
        else:
            join(me.acquired, times)

    def reread(self, word: Shared[Any]) -> None:
        """A shared word was read between two operations: a relaxed load."""
        join(self.mine().acquired, self.things.get(word, NOTHING))

    def updated(self, me: ContextClock, op: Update[Any], value: object) -> None:
        """A shared word was replaced. An exchange continues the release sequence of the word; a store begins a new one.

        A cmpxchg that failed has only read, and orders nothing of its own.
        """
        if op.failed(value):
            join(me.acquired, self.things.get(op.word, NOTHING))
            return
        before = NOTHING
        if op.verb != "store":
            before = self.things.get(op.word, NOTHING)
            if op.order in ACQUIRES:
                me.join(before)
            else:
                join(me.acquired, before)
        published = me.publish() if op.order in RELEASES else me.released
        if before:
            published = later_of(before, published)
        self.things[op.word] = published

    def passed(self, me: ContextClock, op: Fence, _value: None) -> None:
        """A barrier: an acquire joins what relaxed loads have seen, a release publishes for relaxed stores."""
        if op.order in ACQUIRES:
            me.join(me.acquired)
        if op.order in RELEASES:
            me.released = me.publish()

    def looked_at_count(self, me: ContextClock, op: RefGetUnlessZero, _value: bool) -> None:  # noqa: FBT001
        """A reference was tried: that orders nothing until a barrier (refcount_inc_not_zero)."""
        join(me.acquired, self.things.get(op.ref, NOTHING))

    def put(self, me: ContextClock, op: RefPut, value: bool) -> None:  # noqa: FBT001
        """A reference was dropped: release, and acquire for the last (refcount_dec_and_test)."""
        before = self.things.get(op.ref, NOTHING)
        if value:
            me.join(before)
        self.things[op.ref] = later_of(before, me.publish())

    def put_not_last(self, me: ContextClock, op: RefPutNotLast, value: bool) -> None:  # noqa: FBT001
        """A reference was dropped that is not the last: release only (refcount_dec_not_one)."""
        if value:
            self.things[op.ref] = later_of(self.things.get(op.ref, NOTHING), me.publish())

    # -- read sections, queues ------------------------------------------------------------------------

    def entered(self, me: ContextClock, op: Section, _value: None) -> None:
        """A reader entered: it comes after every grace period that is over."""
        me.join(self.things.get(op.srcu, NOTHING))
        self.inside.setdefault(op.srcu, {})[op.ticket] = me.task.context

    def reader_left(self, thing: Thing) -> None:
        """The running task left a read section: save its clock for the grace periods that wait for it."""
        assert isinstance(thing, Srcu)
        inside = self.inside.get(thing, {})
        left = self.left.setdefault(thing, {})
        for ticket in [ticket for ticket in inside if ticket not in thing.active]:
            del inside[ticket]
            left[ticket] = self.mine().publish()

    def waits(self, me: ContextClock, op: GraceBegin, _value: object) -> None:
        """A grace period begins: join the clocks of the readers that have left already."""
        for times in self.left.get(op.srcu, {}).values():
            me.join(times)

    def waited(self, me: ContextClock, op: GraceEnd, _value: None) -> None:
        """A grace period is over: join the readers that it waited for, and publish to readers from now on."""
        known = self.things.setdefault(op.srcu, [])
        join(known, me.publish())
        left = self.left.get(op.srcu, {})
        for ticket in op.inside:
            me.join(left.get(ticket, NOTHING))

    def before_free(self) -> Times:
        """Clock of what happens before a free by the running task: at once, or at the end of a grace period."""
        known = list(self.mine().times)
        for domain, times in self.deferred.items():
            if isinstance(domain, Srcu) and domain.ending:
                for each in (times, *self.left.get(domain, {}).values()):
                    join(known, each)
        return known

    def slept(self, me: ContextClock, op: Sleep, value: bool) -> None:  # noqa: FBT001
        """A sleeping task was woken: join the clocks of the wake-ups of its queue."""
        if value:
            me.join(self.things.get(op.queue, NOTHING))

    # -- interrupts ---------------------------------------------------------------------------------

    def interrupts(self, handler: Task) -> None:
        me = self.contexts[handler.context]
        for other in self.beside(handler):
            me.join(other.publish())

    def returns(self, handler: Task) -> None:
        cpu = handler.context.cpu
        known = self.contexts[handler.context].publish()
        self.cpus[cpu] = later_of(self.cpus.get(cpu, NOTHING), known)
        for other in self.beside(handler):
            other.join(known)

    def beside(self, handler: Task) -> Iterator[ContextClock]:
        """The other contexts of a handler's CPU."""
        for context, clock in self.contexts.items():
            if context.cpu is handler.context.cpu and context is not handler.context:
                yield clock
