"""Lost wake-ups: nobody can go on, and somebody sleeps though what he waits for is so."""

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


def overslept(rt: ExecutionRuntime, tasks: Sequence[Task]) -> Finding | None:
    """The first task that sleeps although its condition is true."""
    for task in tasks:
        op = task.op
        if not isinstance(op, Sleep):
            continue
        reads = Reads()
        if due(rt, task, op, reads):
            title = f"{task.name} sleeps on {op.target}, though the condition that it waits for is true"
            place = place_of(task, innermost(task), "sleeps", op.target)
            about = (op.target, *reads.names)
            return Finding(kind="lost-wakeup", rule="asleep-though-due", title=title, places=(place,), about=about)
    return None


class Reads(Watch):
    """Collects what a condition reads, by the names that the events of a trace have."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def rule_word(self, word: Shared[Any]) -> None:
        self.names[word.name] = None

    def rule_field(self, part: Part, field: Declared, *, ordered: bool) -> None:
        self.names[f"{part.name}.{field.field}"] = None


def due(rt: ExecutionRuntime, task: Task, op: Sleep, reads: Reads) -> bool:
    """Whether what a sleeper waits for is so now, and what says so; not if that cannot be said without waiting."""
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
    """While nothing else hears what is read: the race is over."""
    before, rt.ears = rt.ears, Ears((reads,))
    try:
        yield
    finally:
        rt.ears = before
