"""The happens-before order of the steps of one execution.

Clocks order all steps that do not commute. An enabling edge leads from a release, a wake-up or a leaving reader to
the step that it enables. It orders the two steps as well, but cannot be reversed. Two steps race if nothing else
orders them (Abdulla, Aronis, Jonsson, Sagonas: Optimal dynamic partial order reduction, POPL 2014).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import partial
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from aiovgic.engine.footprint import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aiovgic.engine.footprint import Footprint, Key

NEVER = -1
Clock = list[int]
"""By task: how many steps of the execution had passed when it took the last one that is known of."""


class Answer(NamedTuple):
    """What rules said before a step: whether one is violated, and the words and fields on which that depends."""

    violated: bool
    reads: tuple[str, ...]


class OrderedStep:
    """One step in the happens-before order: the number of its task, its footprint, and its clock."""

    __slots__ = ("answer", "clock", "footprint", "meets", "task", "whole")

    def __init__(self, task: int, footprint: Footprint) -> None:
        self.task = task
        self.footprint = footprint
        self.whole = False
        """Whether it was taken. Before that its footprint has only the accesses of its operation."""
        self.answer: Answer | None = None
        """The answer of the rules before this step, if they may find something there when no other task can run."""
        self.clock: Clock = []
        """Clock of what happens before it, the step itself included."""
        self.meets: list[tuple[int, Key]] | None = None
        """The last steps that it does not commute with, each with the object; None until `conflicts` computes it."""


class StepAccesses:
    """The steps that accessed one object, by number."""

    __slots__ = ("entered", "left", "reads", "released", "wakes", "writes")

    def __init__(self) -> None:
        self.writes: list[int] = []
        self.reads: dict[int, list[int]] = {}
        """Since the last write, by task."""
        self.released = NEVER
        self.wakes: list[int] = []
        self.entered: dict[int, list[int]] = {}
        """By task: where it entered the sections it is in."""
        self.left: list[tuple[int, int]] = []
        """Sections: where they were entered and left."""


class HappensBefore:
    """The happens-before order of the steps of one execution; the last steps can be undone."""

    def __init__(self, tasks: int) -> None:
        self.events: list[OrderedStep] = []
        self.things: dict[Key, StepAccesses] = {}
        self.near: dict[Range, list[Range]] = {}
        """By range of guest memory: itself, and the other ranges that overlap it."""
        self.clocks: list[Clock] = [[] for _ in range(tasks)]
        """Of each task, after its last step."""
        self.undo: list[Callable[[], object]] = []
        """Functions that undo what the steps changed here; the latest change is last."""
        self.marks: list[int] = []
        """The length of `undo` before each step."""

    def truncate(self, steps: int) -> None:
        """Keep the first ``steps`` steps, and undo the others."""
        if steps < len(self.events):
            mark = self.marks[steps]
            for undo in reversed(self.undo[mark:]):
                undo()
            del self.undo[mark:], self.marks[steps:], self.events[steps:]

    def spawned(self, tasks: int) -> None:
        """The last step spawned this many tasks."""
        for _ in range(tasks):
            self.clocks.append(list(self.events[-1].clock))
            self.undo.append(self.clocks.pop)

    def append(self, event: OrderedStep) -> None:
        """Add the next step, and compute its clock."""
        number = len(self.events)
        before = self.clocks[event.task]
        self.marks.append(len(self.undo))
        self.undo.append(partial(self.clocks.__setitem__, event.task, before))
        clock = list(before)
        for other in self.enabled_by(event):
            join(clock, self.events[other].clock)
        for other, _ in self.conflicts(event):
            join(clock, self.events[other].clock)
        clock += [0] * (event.task + 1 - len(clock))
        clock[event.task] = number + 1
        event.clock = self.clocks[event.task] = clock
        self.events.append(event)
        self.remember(number, event)

    def skip(self, event: OrderedStep) -> None:
        """Count the next step without its accesses: no race with it is looked for."""
        event.clock = self.clocks[event.task]
        self.marks.append(len(self.undo))
        self.events.append(event)

    def remember(self, number: int, event: OrderedStep) -> None:
        """Things have been touched by this step."""
        footprint = event.footprint
        undo = self.undo
        for key, write in footprint.everything() if footprint.ranges else footprint.touched.items():
            history = self.history(key)
            if write:
                history.writes.append(number)
                undo.append(history.writes.pop)
                if history.reads:
                    undo.append(partial(setattr, history, "reads", history.reads))
                    history.reads = {}
            else:
                reads = history.reads.setdefault(event.task, [])
                reads.append(number)
                undo.append(reads.pop)
        for name in footprint.releases:
            history = self.history(name)
            undo.append(partial(setattr, history, "released", history.released))
            history.released = number
        for name in footprint.wakes:
            history = self.history(name)
            history.wakes.append(number)
            undo.append(history.wakes.pop)
        for name in footprint.enters:
            entered = self.history(name).entered.setdefault(event.task, [])
            entered.append(number)
            undo.append(entered.pop)
        for name in footprint.leaves:
            self.leave(self.history(name), event.task, number)

    def leave(self, history: StepAccesses, task: int, number: int) -> None:
        """A reader's section has ended in this step."""
        entered = history.entered.get(task)
        began = NEVER
        if entered:
            began = entered.pop()
            self.undo.append(partial(entered.append, began))
        history.left.append((began, number))
        self.undo.append(history.left.pop)

    def history(self, key: Key) -> StepAccesses:
        """What is known of a thing."""
        found = self.things.get(key)
        if found is None:
            found = self.things[key] = StepAccesses()
            if isinstance(key, Range):
                self.learn(key)
        return found

    def learn(self, words: Range) -> None:
        """A range of guest memory is accessed for the first time: find those that overlap it."""
        near = self.near[words] = [each for each in self.near if each.overlaps(words)]
        for each in near:
            self.near[each].append(words)
        near.append(words)

    # -- what comes before a step -----------------------------------------------------------

    def conflicts(self, event: OrderedStep) -> list[tuple[int, Key]]:
        """The last steps, and the thing, that the next step does not commute with.

        Of each task's reads since the last write only the last one counts: the others come before it.
        """
        meets = event.meets
        if meets is None:
            meets = event.meets = []
            for name, write in event.footprint.touched.items():
                history = self.things.get(name)
                if history is None:
                    continue
                if history.writes:
                    meets.append((history.writes[-1], name))
                if write:
                    meets += [(reads[-1], name) for reads in history.reads.values() if reads]
            for words, write in event.footprint.ranges.items():
                meets += self.memory_conflicts(words, write=write)
        return meets

    def memory_conflicts(self, words: Range, *, write: bool) -> Iterator[tuple[int, Key]]:
        """The last accesses of guest memory that an access of these words does not commute with.

        The words are looked at in pieces, each of which an earlier access has as a whole or not at all.
        """
        self.history(words)
        near = [each for each in self.near[words] if self.things[each].writes or self.things[each].reads]
        inside = (edge for each in near for edge in (each.first, each.last) if words.first < edge < words.last)
        for first, last in pairwise(sorted(dict.fromkeys((words.first, words.last, *inside)))):
            piece = Range(words.memory, first, last)
            over = [self.things[each] for each in near if each.covers(piece)]
            written = max((each.writes[-1] for each in over if each.writes), default=NEVER)
            if written != NEVER:
                yield written, piece
            if write:
                latest: dict[int, int] = {}
                for task, reads in ((task, reads) for each in over for task, reads in each.reads.items() if reads):
                    latest[task] = max(reads[-1], latest.get(task, NEVER))
                yield from ((number, piece) for number in latest.values() if number > written)

    def enabled_by(self, event: OrderedStep) -> Sequence[int]:
        """The enabling edges of the next step: the steps without which its task would still wait."""
        footprint = event.footprint
        history = self.things.get(footprint.waited_for) if footprint.waited else None
        if history is None:
            return ()
        match footprint.waited:
            case "lock":
                return () if history.released == NEVER else (history.released,)
            case "wake":
                slept = self.last_change(history, event.task)
                after = bisect_right(history.wakes, slept)
                return history.wakes[after : after + 1]
            case _:
                began = self.last_change(history, event.task)
                after = bisect_right(history.left, began, key=itemgetter(1))
                return [left for entered, left in history.left[after:] if entered < began]

    def last_change(self, history: StepAccesses, task: int) -> int:
        """Where a task changed a thing last."""
        return next((number for number in reversed(history.writes) if self.events[number].task == task), NEVER)

    def races(self, event: OrderedStep) -> Iterator[tuple[int, Key]]:
        """The steps of other tasks that race with the next step, each with the object that both access."""
        before = self.clocks[event.task]
        after = list(before)
        for other in self.enabled_by(event):
            join(after, self.events[other].clock)
        lock = event.footprint.waited_for if event.footprint.waited == "lock" else ""
        for number, name in self.conflicts(event):
            task = self.events[number].task
            known = before if name == lock else after
            if task != event.task and not seen(known, task, number):
                yield number, name

    def earlier(self, number: int, key: Key, last: int) -> int:
        """The access before step ``number`` with which a step that meets step ``last`` at a thing would race next.

        That is the change of the thing before, or, if step ``last`` only reads it, its task's read before. `NEVER` if
        there is none.
        """
        changes = [history.writes for history in self.histories(key)]
        found = ((steps, bisect_left(steps, number)) for steps in (*changes, self.reads_up_to(last, key)))
        return max((steps[at - 1] for steps, at in found if at), default=NEVER)

    def reads_up_to(self, last: int, key: Key) -> list[int]:
        """The reads of a thing by the task of step ``last`` since it was changed, if that step is one of them."""
        histories = self.histories(key)
        task = self.events[last].task
        if len(histories) == 1:
            reads = histories[0].reads.get(task, [])
            at = bisect_left(reads, last)
            return reads if at < len(reads) and reads[at] == last else []
        reads = [number for history in histories for number in history.reads.get(task, ())]
        if last not in reads:
            return []
        written = max((history.writes[-1] for history in histories if history.writes), default=NEVER)
        return sorted(number for number in dict.fromkeys(reads) if number > written)

    def histories(self, key: Key) -> Sequence[StepAccesses]:
        """What is known of a thing, or of all ranges of guest memory that have these words."""
        if isinstance(key, str):
            return (self.things[key],) if key in self.things else ()
        return [self.things[each] for each in self.near if each.covers(key)]

    def initials(self, number: int, event: OrderedStep) -> list[int]:
        """The tasks that can take the first step of an execution that has ``event`` before step ``number``.

        That is what came after ``number`` without being ordered behind it, and then ``event``,
        the next step, whose clock is taken from what orders it.
        """
        task = self.events[number].task
        first: dict[int, int] = {}
        initials: list[int] = []
        after = self.events[number + 1 :]
        for at, each in enumerate([*after, event], number + 1):
            if each is not event and seen(each.clock, task, number):
                continue
            if each.task in first:
                continue
            clock = each.clock if each is not event else self.clock_of(event, number)
            if not any(seen(clock, other, began) for other, began in first.items()):
                initials.append(each.task)
            first[each.task] = at
        return initials

    def beside(self, number: int) -> Iterator[OrderedStep]:
        """The steps after step ``number`` that are not ordered behind it."""
        task = self.events[number].task
        return (each for each in self.events[number + 1 :] if not seen(each.clock, task, number))

    def clock_of(self, event: OrderedStep, apart_from: int) -> Clock:
        """What the next step comes after, had step ``apart_from`` not happened."""
        clock = list(self.clocks[event.task])
        task = self.events[apart_from].task
        for last, key in self.conflicts(event):
            other = last
            if seen(self.events[last].clock, task, apart_from):
                other = self.read_before(last, key, task, apart_from)
            if other != NEVER:
                join(clock, self.events[other].clock)
        return clock

    def read_before(self, last: int, key: Key, task: int, number: int) -> int:
        """If step ``last`` reads a thing: its task's last read that does not come after a task's step, or `NEVER`."""
        reads = self.reads_up_to(last, key)
        after = bisect_left(reads, 1, key=lambda each: seen(self.events[each].clock, task, number))
        return reads[after - 1] if after else NEVER


def seen(clock: Clock, task: int, number: int) -> bool:
    """Whether a clock knows of a task's step."""
    return task < len(clock) and clock[task] > number


def join(clock: Clock, other: Clock) -> None:
    """Let a clock know what another one knows."""
    short = len(clock)
    for task, number in enumerate(other):
        if task >= short:
            clock.append(number)
        elif number > clock[task]:
            clock[task] = number
