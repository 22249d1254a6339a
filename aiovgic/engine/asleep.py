"""Missed wake-ups: no task can run, and one sleeps although its wait condition is true."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiovgic.engine.places import innermost, place_of
from aiovgic.engine.watch import Ears, Watch
from aiovgic.record.finding import Finding
from aiovgic.sync import Choose, HandOver, Load, Sleep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.engine.runtime import ExecutionRuntime
    from aiovgic.engine.task import Task
    from aiovgic.sync import Declared, Part, Shared


def missed_wakeup(rt: ExecutionRuntime, tasks: Sequence[Task]) -> Finding | None:
    """The finding for the first task that sleeps although its wait condition is true, or None."""
    for task in tasks:
        op = task.op
        if not isinstance(op, Sleep):
            continue
        reads = Reads()
        if due(rt, task, op, reads):
            title = f"{task.name} sleeps on {op.target}, though the condition that it waits for is true"
            place = place_of(task, innermost(task), "sleeps", op.target)
            about = (op.target, *reads.names)
            return Finding(kind="lost-wakeup", rule="missed-wakeup", title=title, places=(place,), about=about)
    return None


class Reads(Watch):
    """Collects the names of the words and fields that a condition reads, as the trace names them."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def rule_word(self, word: Shared[Any]) -> None:
        self.names[word.name] = None

    def rule_field(self, part: Part, field: Declared, *, ordered: bool) -> None:
        self.names[f"{part.name}.{field.field}"] = None


def due(rt: ExecutionRuntime, task: Task, op: Sleep, reads: Reads) -> bool:
    """Whether the wait condition of a sleeping task is true now; False if the condition would have to wait.

    ``reads`` collects what the condition reads.
    """
    rt.current = task.context
    with rt.looking(during_race=True), heard_by(rt, reads):
        script = op.asks()
        value = None
        while True:
            try:
                asked = script.send(value)
            except StopIteration as stop:
                return bool(stop.value)
            if isinstance(asked, Choose | HandOver) or not asked.ready(task.context):
                script.close()
                return False
            if isinstance(asked, Load):
                reads.rule_word(asked.word)
            value = asked.commit(task.context)


@contextmanager
def heard_by(rt: ExecutionRuntime, reads: Reads) -> Iterator[None]:
    """Send what is read to ``reads`` alone: the race is over, so no other watch needs it."""
    before, rt.ears = rt.ears, Ears((reads,))
    try:
        yield
    finally:
        rt.ears = before
