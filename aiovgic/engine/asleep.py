"""Lost wake-ups: nobody can go on, and somebody sleeps though what he waits for is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.places import innermost, place_of
from aiovgic.record.finding import Finding
from aiovgic.sync import Choose, HandOver, Sleep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.runtime import ExecutionRuntime
    from aiovgic.engine.task import Task


def overslept(rt: ExecutionRuntime, tasks: Sequence[Task]) -> Finding | None:
    """The first sleeper who would not sleep if he looked."""
    for task in tasks:
        op = task.op
        if isinstance(op, Sleep) and due(rt, task, op):
            title = f"{task.name} sleeps on {op.target}, though what it waits for has come"
            place = place_of(task, innermost(task), "sleeps", op.target)
            return Finding(kind="lost-wakeup", rule="asleep-though-due", title=title, places=(place,))
    return None


def due(rt: ExecutionRuntime, task: Task, op: Sleep) -> bool:
    """Whether what a sleeper waits for is so now; not if that cannot be said without waiting."""
    rt.current = task.context
    with rt.looking():
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
            value = asked.commit(task.context)
