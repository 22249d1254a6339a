"""One task with nobody beside it: the trampoline's way, without anything to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aiovgic.engine.task import Task
from aiovgic.sync import Runtime

if TYPE_CHECKING:
    from aiovgic.sync import Script

T = TypeVar("T")


def run_alone(script: Script[T], rt: Runtime) -> T:
    """Drive one script to its end as a task of its own. Raises what it raises."""
    result: list[T] = []

    async def keep() -> None:
        result.append(await script)

    task = Task(0, "alone", keep(), rt.cpus[0], isr=False)
    rt.current = task.context
    value: Any = None
    while True:
        task.advance(value)
        op = task.op
        if op is None:
            return result[0]
        assert op.ready(task.context), f"{op.kind} {op.target} is never ready: nobody else runs"
        value = op.commit(task.context)
