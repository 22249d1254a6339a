"""Nobody can run: who waits for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.places import innermost, place_of
from aiovgic.sync import Acquire, AcquireKillable, GraceEnd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.record.finding import Place
    from aiovgic.sync import Context


def holders(task: Task) -> tuple[Context, ...]:
    """Whom a task waits for, as far as that is somebody."""
    op = task.op
    if isinstance(op, Acquire | AcquireKillable) and op.lock.holder is not None:
        return (op.lock.holder,)
    if isinstance(op, GraceEnd):
        return op.holders()
    return ()


def explain(stuck: Sequence[Task]) -> tuple[str, tuple[str, ...], tuple[Place, ...]]:
    """Rule, sentences and places of a deadlock among these tasks."""
    saw = []
    for task in stuck:
        op = task.op
        assert op is not None
        whom = holders(task)
        if whom == (task.context,):
            saw.append(f"{task.name} waits for {op.target}, which it holds itself")
        elif whom:
            saw.append(f"{task.name} waits for {op.target}, held by {', '.join(c.name for c in whom)}")
        else:
            saw.append(f"{task.name} sleeps on {op.target}, and nobody is left to wake it")
    rule = "wait-for-cycle" if any(holders(task) for task in stuck) else "nobody-wakes"
    places = tuple(
        place_of(task, innermost(task), f"waits ({task.op.kind})", task.op.target) for task in stuck if task.op
    )
    return rule, tuple(saw), places
