"""The runtime of one explored execution: what the model's primitives tell the engine."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from aiovgic.engine.places import called, calling, of_part, place_in
from aiovgic.engine.watch import Ears
from aiovgic.record.finding import Finding, Violation
from aiovgic.sync import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from aiovgic.engine.places import Where
    from aiovgic.engine.recorder import Recorder
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Place
    from aiovgic.sync import Change, Channel, Context, Declared, Lock, Part, Script, Shared, Srcu, Thing
    from aiovgic.sync.runtime import Detail

T = TypeVar("T")

PROGRESS = ("op", "ret")
"""Kinds of events that are progress: an operation of a scenario begins or ends."""


class ExecutionRuntime(Runtime):
    """Notes go to the recorder, if there is one; a note on what was freed is a finding."""

    def __init__(self, *, noting: bool = True, traced: bool = False) -> None:
        super().__init__()
        self.noting = noting
        self.execution: Execution | None = None
        self.ears = Ears(())
        self.recorder: Recorder | None = None
        self.channels: list[Channel[Any, Any]] = []
        self.traced = traced
        """Whether call stacks are collected: of one execution that is recorded."""
        self.births: dict[str, Place] = {}
        """Where each part was allocated, by its identity; only if ``traced``."""
        self.frees: dict[str, Place] = {}
        """The place where each part was freed, by the part's identity."""
        self.racing = False
        """Whether set-up is over: then there are points, choices and notes."""
        self.quiet = False
        """Whether a rule or a report reads the machine: its reads are no accesses of a task."""
        self.orders: Part | None = None
        """The part whose fields are ordered by a lock that the running task holds, while an instrument decides."""
        self.progress = 0
        """How many steps of a scenario have begun or ended."""
        self.killing = False
        """Whether the running task has been killed."""
        self._marked = False

    def attach(self, execution: Execution, ears: Ears) -> None:
        """An execution runs on it from now on."""
        self.execution = execution
        self.recorder = execution.recorder
        self.listen(ears)

    def listen(self, ears: Ears) -> None:
        """These hear of everything from now on."""
        self.ears = ears
        self.hears = ears.listen or self.recorder is not None

    def note(self, part: Part, field: Declared, *, write: bool) -> None:
        """A guarded field is touched."""
        if not self.racing or self.dead or self.quiet:
            if self.rule_reads:
                for hear in self.ears.rule_fields:
                    hear(part, field, ordered=part is self.orders)
            return
        if part.freed:
            verb = "written" if write else "read"
            what = f"{part.name}.{field.field}"
            title = f"{what} is {verb} after {part.name} was freed"
            raise Violation("use-after-free", verb, title, thing=what, freed=part.ident)
        for hear in self.ears.notes[field]:
            hear(part, field, write=write, marked=self._marked)
        if self.recorder is not None:
            access = "write" if write else "read"
            self.recorder.add(access, f"{part.name}.{field.field}", "marked" if self._marked else "")
            if write:
                self.recorder.wrote(part, field)

    def reread(self, word: Shared[Any]) -> None:
        """A shared word is read between two operations."""
        if self.quiet and self.rule_reads:
            self.rule_read(word)
        elif self.listened():
            for hear in self.ears.rereads:
                hear(word)
            if self.recorder is not None:
                self.recorder.add("read", word.name)

    @contextmanager
    def looking(self, *, during_race: bool = False) -> Iterator[None]:
        """While a rule reads the machine: its reads are no accesses of a task.

        ``during_race``: tasks still run, so what the rule reads depends on their order, and counts as read by
        the step of the running task.
        """
        self.quiet = True
        self.rule_reads = during_race
        try:
            yield
        finally:
            self.quiet = self.rule_reads = False
            self.orders = None

    def rule_read(self, word: Shared[Any]) -> None:
        """A rule has read a shared word."""
        for hear in self.ears.rule_words:
            hear(word)

    def where(self, frame: FrameType) -> Where:
        """Where the running context is; with the whole call stack if the execution is recorded."""
        if not self.traced:
            return calling(frame)
        tasks = [] if self.execution is None else self.execution.tasks
        return called(frame, next((task for task in tasks if task.context is self.current), None))

    def made(self, part: Part) -> None:
        """A part begins."""
        if self.traced:
            where = self.where(sys._getframe(2))  # noqa: SLF001
            self.births[part.ident] = of_part(self.current, part, where, "allocated")

    def freed(self, part: Part) -> None:
        """Memory is given back."""
        self.event("ref", part.name, "freed")
        if self.racing and not self.dead:
            self.frees[part.ident] = of_part(self.current, part, self.where(sys._getframe(2)), "freed")  # noqa: SLF001
            for watch in self.ears.watches:
                watch.freed(part)

    def not_held(self, thing: Lock | Srcu, lacks: str) -> None:
        """A lock or a read section is missing: a finding that ends nothing, since the task shows more without it."""
        if not self.noting:
            super().not_held(thing, lacks)
        elif self.listened():
            assert self.execution is not None
            title = f"{self.current.name} {lacks}"
            place = place_in(self.current, self.where(sys._getframe(2)), "goes on without", thing.name)  # noqa: SLF001
            self.execution.report(Finding(kind="lock-order", rule="not-held", title=title, places=(place,), ends=False))

    def may_sleep(self, verb: str, what: str) -> None:
        """The running context does something in place that may sleep."""
        if self.listened():
            for watch in self.ears.watches:
                watch.may_sleep(self.current, verb, what, self.where(sys._getframe(2)))  # noqa: SLF001

    def listened(self) -> bool:
        """Whether what happens now belongs to the race."""
        return self.racing and not self.dead and not self.quiet

    def changed(self, thing: Thing, how: Change) -> None:
        """A lock was released, a reader left, a queue was woken or given up."""
        if self.recorder is not None and how in ("released", "left"):
            self.event("release", thing.name, how)
        changed = self.ears.changed
        if changed and self.racing and not self.dead and not self.quiet:
            for hear in changed:
                hear(thing, how)

    def racy(self, read: Callable[[], T]) -> T:
        """Read guarded fields where KVM does so without their lock, on purpose."""
        before, self._marked = self._marked, True
        try:
            return read()
        finally:
            self._marked = before

    def unseen(self, do: Callable[[], T]) -> T:
        """Call ``do`` without noting its accesses: it makes a part late that in KVM exists from the start."""
        before, self.quiet = self.quiet, True
        try:
            return do()
        finally:
            self.quiet = before

    def judged(self, decide: Callable[[], T], lock: Lock) -> T:
        """Let an instrument decide during the race: what it reads counts as read by the step of the running task.

        ``lock`` guards the fields of its owner: while the task holds it, they need no points of their own.
        """
        if not self.listened():
            return decide()
        self.orders = lock.owner if lock.holder is self.current else None
        with self.looking(during_race=True):
            return decide()

    def event(self, kind: str, what: str, detail: Detail = "") -> None:
        """Something worth a line of the trace."""
        if kind in PROGRESS:
            self.progress += 1
        if self.recorder is not None and self.racing and not self.dead:
            self.recorder.add(kind, what, detail if isinstance(detail, str) else detail())

    def signalled(self) -> bool:
        """Whether the running task was killed."""
        return self.killing

    def pick(self, alternatives: int, what: str) -> int:
        """A choice: the plain alternative during set-up, then as the strategy says."""
        if not self.racing or self.execution is None:
            return 0
        return self.execution.choose(alternatives, what)

    def serve(self, channel: Channel[Any, Any]) -> None:
        """A channel's server exists from now on."""
        self.channels.append(channel)

    def spawn(self, script: Script[None], context: Context) -> None:
        """A new task."""
        if self.execution is None:
            super().spawn(script, context)
        else:
            self.execution.spawn(script, context)
