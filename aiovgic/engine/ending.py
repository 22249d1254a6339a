"""The end of an execution, when no task can run: idle or deadlocked, and whether the outcome is right."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from aiovgic.engine import deadlock
from aiovgic.engine.asleep import missed_wakeup
from aiovgic.engine.outcome import AFTER, fault_in
from aiovgic.errors import AiovgicError
from aiovgic.record.finding import Finding, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Op


def quiesce(execution: Execution) -> None:
    """No task can run: all have ended or idle, or it is a deadlock."""
    for watch in execution.watches:
        watch.end()
    if execution.broken is not None:
        return
    tasks = execution.tasks
    named = by_name(tasks)
    kept = [task.context for task in named if task.done]
    execution.broken = missed_wakeup(execution.rt, named) or deadlocked(tasks) or deadlock.kept(kept)
    if execution.broken is not None:
        return
    with execution.rt.looking():
        found = first_of(execution.session.quiet())
    if found is not None:
        execution.report(found)
    if execution.broken is None:
        execution.rt.racing = False
        dismiss(execution)
        judge(execution)


def deadlocked(tasks: Sequence[Task]) -> Finding | None:
    """The finding about tasks that wait for one another, if some do."""
    waiting = {task.context: task.op for task in tasks if task.op is not None}
    left = deadlock.stuck(waiting)
    if not left:
        return None
    stuck = [task for task in tasks if task.context in left]
    rule, saw, places = deadlock.explain(waiting, stuck)
    return Finding(kind="deadlock", rule=rule, title=deadlock.title(left), saw=saw, places=places)


def by_name(tasks: Sequence[Task]) -> list[Task]:
    """Tasks in an order that does not depend on which was created first."""
    return sorted(tasks, key=attrgetter("name"))


def dismiss(execution: Execution) -> None:
    """Kill the idle tasks, as a VMM ends its vCPU threads; each runs on as far as it can, in order of their names.

    A killed task may need what another one gives back, so this goes on until no task can run.
    """
    rt = execution.rt
    rt.killing = True
    going = True
    while going:
        going = False
        for task in by_name(execution.tasks):
            while execution.broken is None and goes_on(execution, task):
                going = True
    rt.killing = False
    execution.broken = execution.broken or deadlocked(execution.tasks)


def goes_on(execution: Execution, task: Task) -> bool:
    """Let a killed task do its next operation, or give it up if it would wait; False if it cannot go on."""
    op = task.op
    if op is None or not (task.can_run() or op.killable):
        return False
    execution.rt.current = task.context
    if task.can_run():
        run_killed(execution, task, op)
    else:
        execution.advance(task, op.killed(task.context))
    return True


def run_killed(execution: Execution, task: Task, op: Op[Any]) -> None:
    """A killed task's next operation; it, too, may break something."""
    try:
        value = op.commit(task.context)
    except Exception as error:  # noqa: BLE001  whatever the model or a user's code raises is a finding
        execution.stop(task, error, op)
        return
    execution.advance(task, value)


def judge(execution: Execution) -> None:
    """Whether the end is as it should be; to see it guests run on, one after the other, and may break."""
    try:
        found = first_of(execution.session.judge())
    except Violation as error:
        found = error.finding
    except AiovgicError:
        raise
    except Exception as error:  # noqa: BLE001  whatever the model or a user's code raises is a finding
        found = fault_in(error, AFTER)
    execution.broken = found or execution.broken


def first_of(violations: Sequence[Violation]) -> Finding | None:
    """The first of what is violated."""
    return next((each.finding for each in violations), None)
