"""What a traced execution writes down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aiovgic.record.trace import Event, EventKind

if TYPE_CHECKING:
    from aiovgic.engine.task import Task
    from aiovgic.sync import Op


class Recorder:
    """Collects the events of one execution."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.step = 0
        self.task = ""

    def at(self, step: int, task: Task, op: Op[Any]) -> None:
        """A task does an operation at a step."""
        self.step = step
        self.task = task.name
        self.add("ref" if op.kind == "ref" else "step", op.target, op.kind)

    def note(self, access: str, what: str, detail: str) -> None:
        """A guarded field was read or written in the present step."""
        self.add(cast("EventKind", access), what, detail)

    def event(self, kind: str, what: str, detail: str) -> None:
        """Something else happened in the present step."""
        self.add(cast("EventKind", kind), what, detail)

    def add(self, kind: EventKind, what: str, detail: str) -> None:
        """One more event."""
        self.events.append(Event(what=kind, step=self.step, task=self.task, object=what, detail=detail))
