"""The last accesses of some fields before a rule of quiet points found them wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from aiovgic.engine.places import called, innermost, of_part, place_of
from aiovgic.engine.watch import Watch
from aiovgic.sync import Load, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.places import Where
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Place
    from aiovgic.sync import Declared, Op, Part

EVERY = "*"
MOST = 8
"""Number of accesses that a finding shows."""


class Witness(Watch):
    """Remembers, of each field or object that it is to watch, the last change and the last access of each task.

    Fields have the names that the events of a trace have; ``X.*`` is any field of X. Memory that is freed counts as
    changed.
    """

    def __init__(self, about: Sequence[str]) -> None:
        self.about = tuple(about)
        self.fields = tuple(name.rpartition(".")[2] for name in about)
        self.execution: Execution | None = None
        self.number = 0
        self.seen: dict[tuple[str, str], tuple[int, Place]] = {}
        """By the name and the task, or the name and nothing for the last change: the access with its number."""

    def begin(self, execution: Execution) -> None:
        self.execution = execution
        self.seen.clear()

    def heeds(self, field: Declared) -> bool:
        return field.field in self.fields or EVERY in self.fields

    def before(self, task: Task, op: Op[Any]) -> None:
        if op.target in self.about or (isinstance(op, Load | Update) and self.is_about(op.target)):
            self.saw(op.target, place_of(task, innermost(task), op.kind, op.target), changes=op.changes)

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        what = f"{part.name}.{field.field}"
        task = self.running(part)
        if task is not None and self.is_about(what):
            where: Where = called(sys._getframe(1), task)  # noqa: SLF001  the call stack of the access
            self.saw(what, place_of(task, where, "write" if write else "read", what), changes=write)

    def freed(self, part: Part) -> None:
        task = self.running(part)
        if part.name in self.about and task is not None:
            where = called(sys._getframe(1), task)  # noqa: SLF001  the call stack of the access
            self.saw(part.name, of_part(task.context, part, where, "freed"), changes=True)

    def is_about(self, what: str) -> bool:
        """Whether a field or an object is watched."""
        return what in self.about or f"{what.rpartition('.')[0]}.{EVERY}" in self.about

    def running(self, part: Part) -> Task | None:
        """The task that runs now; none after the race."""
        assert self.execution is not None
        return next((task for task in self.execution.tasks if task.context is part.rt.current), None)

    def saw(self, what: str, place: Place, *, changes: bool) -> None:
        """One more access."""
        self.number += 1
        self.seen[what, place.task] = self.number, place
        if changes:
            self.seen[what, ""] = self.number, place

    def history(self) -> tuple[Place, ...]:
        """The last change of each field, the latest ones if it is many, and the latest other accesses.

        They are in the order of the execution: in it each comes behind what happened before it.
        """
        changes = dict(sorted(each for (_, task), each in self.seen.items() if not task)[-MOST:])
        others = sorted(each for each in dict(self.seen.values()) if each not in changes)
        last = others[-max(MOST - len(changes), 0) :] if len(changes) < MOST else []
        places = dict(self.seen.values())
        return tuple(places[number] for number in sorted((*changes, *last)))
