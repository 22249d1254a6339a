"""What happened before what, by synchronisation alone: vector clocks of contexts.

| from | to |
|---|---|
| a lock's release | the next who takes it |
| a release store of a shared word, or a change of it that is one | who reads that value with acquire |
| a release or full barrier, then a relaxed store | who reads it, after an acquire or full barrier |
| dropping a reference | who drops the last one |
| a wake-up | the sleeper's return |
| a reader's leaving | the end of a grace period that it entered before |
| the beginning of a grace period | readers who enter after its end |
| leaving memory to the end of a grace period, and readers who have left | giving it back there |
| spawning | the new context |
| what ran on a CPU | an interrupt handler there, and what runs on after it |

Relaxed accesses, taking references and guest memory order nothing. Whoever hands over stays the
same context. Set-up comes before everything.
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
    """One context: what it knows of every context, itself included, by number of its task."""

    __slots__ = ("acquired", "number", "released", "task", "time", "times")

    def __init__(self, task: Task, times: Times) -> None:
        self.task = task
        self.number = task.number
        self.times = times
        times += [0] * (task.number + 1 - len(times))
        self.time = times[task.number] = 1
        """Its own time; it moves on with everything that others may learn from."""
        self.acquired: Times = []
        """What relaxed loads have seen, for the next acquire barrier."""
        self.released: Times = []
        """What the last release barrier published, for relaxed stores."""

    def join(self, times: Times) -> None:
        """It knows all this from now on."""
        join(self.times, times)

    def publish(self) -> Times:
        """What others learn from it; whatever it does next they do not."""
        known = list(self.times)
        self.time += 1
        self.times[self.number] = self.time
        return known

    def knows(self, other: ContextClock, time: int) -> bool:
        """Whether what ``other`` did at a time comes before whatever this one does now."""
        times = self.times
        return other.number < len(times) and times[other.number] >= time


def join(into: Times, times: Times) -> None:
    """The later of both, context by context."""
    known = len(into)
    for number, time in enumerate(times):
        if number >= known:
            into.append(time)
        elif time > into[number]:
            into[number] = time


def joined(one: Times, other: Times) -> Times:
    """The later of both, as something new."""
    both = list(one)
    join(both, other)
    return both


class Clocks(Watch):
    """Keeps the clocks of one execution after the other."""

    def __init__(self) -> None:
        self.contexts: dict[Context, ContextClock] = {}
        self.things: dict[Thing, Times] = {}
        """What whoever comes to a thing learns."""
        self.inside: dict[Thing, dict[int, Context]] = {}
        """Who is in which read section, by ticket."""
        self.left: dict[Thing, dict[int, Times]] = {}
        """What each reader knew when it left, by ticket."""
        self.deferred: dict[Thing, Times] = {}
        """What those knew who left something to the end of a grace period."""
        self.cpus: dict[HostCpu, Times] = {}
        """What the interrupt handlers of a CPU knew when they ended."""
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
                self.things[thing] = joined(self.things.get(thing, NOTHING), self.mine().publish())
            case "left":
                self.reader_left(thing)
            case "called":
                me, deferred = self.mine(), self.deferred.setdefault(thing, [])
                for times in (me.publish(), me.acquired):  # a grace period is a barrier, too
                    join(deferred, times)
            case _:
                pass

    def mine(self) -> ContextClock:
        """The clock of whoever runs."""
        assert self.execution is not None
        return self.contexts[self.execution.rt.current]

    # -- locks, words, barriers, counts -----------------------------------------------------------

    def taken(self, me: ContextClock, op: Acquire, _value: None) -> None:
        """A lock: what its last holder knew."""
        me.join(self.things.get(op.lock, NOTHING))

    def tried(self, me: ContextClock, op: TryLock | AcquireKillable, value: bool) -> None:  # noqa: FBT001
        """The same, if it was taken."""
        if value:
            me.join(self.things.get(op.lock, NOTHING))

    def loaded(self, me: ContextClock, op: Load[Any], _value: object) -> None:
        """A shared word was read."""
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
            published = joined(before, published)
        self.things[op.word] = published

    def passed(self, me: ContextClock, op: Fence, _value: None) -> None:
        """A barrier."""
        if op.order in ACQUIRES:
            me.join(me.acquired)
        if op.order in RELEASES:
            me.released = me.publish()

    def looked_at_count(self, me: ContextClock, op: RefGetUnlessZero, _value: bool) -> None:  # noqa: FBT001
        """A count was read, or taken; that orders nothing until a barrier (refcount_inc_not_zero)."""
        join(me.acquired, self.things.get(op.ref, NOTHING))

    def put(self, me: ContextClock, op: RefPut, value: bool) -> None:  # noqa: FBT001
        """A reference was dropped: release, and acquire for the last (refcount_dec_and_test)."""
        before = self.things.get(op.ref, NOTHING)
        if value:
            me.join(before)
        self.things[op.ref] = joined(before, me.publish())

    def put_not_last(self, me: ContextClock, op: RefPutNotLast, value: bool) -> None:  # noqa: FBT001
        """The same where it cannot be the last (refcount_dec_not_one)."""
        if value:
            self.things[op.ref] = joined(self.things.get(op.ref, NOTHING), me.publish())

    # -- read sections, queues ------------------------------------------------------------------------

    def entered(self, me: ContextClock, op: Section, _value: None) -> None:
        """A reader: it comes after every grace period that is over."""
        me.join(self.things.get(op.srcu, NOTHING))
        self.inside.setdefault(op.srcu, {})[op.ticket] = me.task.context

    def reader_left(self, thing: Thing) -> None:
        """Whoever runs has left a section: whoever waits for it will know what it knows."""
        assert isinstance(thing, Srcu)
        inside = self.inside.get(thing, {})
        left = self.left.setdefault(thing, {})
        for ticket in [ticket for ticket in inside if ticket not in thing.active]:
            del inside[ticket]
            left[ticket] = self.mine().publish()

    def waits(self, me: ContextClock, op: GraceBegin, _value: object) -> None:
        """A grace period begins; readers that left before need not be waited for."""
        for times in self.left.get(op.srcu, {}).values():
            me.join(times)

    def waited(self, me: ContextClock, op: GraceEnd, _value: None) -> None:
        """A grace period is over: what its writer did before it is known to readers from now on."""
        known = self.things.setdefault(op.srcu, [])
        join(known, me.publish())
        left = self.left.get(op.srcu, {})
        for ticket in op.inside:
            me.join(left.get(ticket, NOTHING))

    def known_to_free(self) -> Times:
        """What comes before memory that whoever runs gives back now: at once, or at the end of a grace period."""
        known = list(self.mine().times)
        for domain, times in self.deferred.items():
            if isinstance(domain, Srcu) and domain.ending:
                for each in (times, *self.left.get(domain, {}).values()):
                    join(known, each)
        return known

    def slept(self, me: ContextClock, op: Sleep, value: bool) -> None:  # noqa: FBT001
        """A sleeper was woken."""
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
        self.cpus[cpu] = joined(self.cpus.get(cpu, NOTHING), known)
        for other in self.beside(handler):
            other.join(known)

    def beside(self, handler: Task) -> Iterator[ContextClock]:
        """The other contexts of a handler's CPU."""
        for context, clock in self.contexts.items():
            if context.cpu is handler.context.cpu and context is not handler.context:
                yield clock
