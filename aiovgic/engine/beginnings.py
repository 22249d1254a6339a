"""Tasks that touch something shared before their first point: they begin with a step of their own.

What a task does before its first point belongs to its creation, and happens in the order in which tasks are created.
A task that touches a guarded field or another shared thing there would make the search depend on that order. So
it gets a point before that, and the search tries the orders of its beginning. Other tasks are left as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.watch import Ears, Watch
from aiovgic.sync import Begin

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Change, Declared, Part, Script, Thing


class Beginnings(Watch):
    """Collects, while the tasks of a race are started, those that touch something shared before their first point."""

    def __init__(self) -> None:
        self.task = ""
        """The task that is started now. What it spawns there belongs to its beginning."""
        self.touching: dict[str, None] = {}
        """The tasks, by name."""

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        self.touching[self.task] = None

    def changed(self, thing: Thing, how: Change) -> None:
        self.touching[self.task] = None

    def freed(self, part: Part) -> None:
        self.touching[self.task] = None


async def from_a_point(script: Callable[[], Script[None]]) -> None:
    """A task that begins with a step."""
    await Begin()
    await script()


def start_tasks(execution: Execution) -> None:
    """Start the tasks of a race. The first execution on a stage finds the tasks that begin with a step.

    If there are such tasks, it puts the machine back and starts all tasks again.
    """
    stage = execution.stage
    if stage.late is not None:
        start_all(execution, stage.late)
        return
    beginnings, ears = Beginnings(), execution.rt.ears
    execution.rt.listen(Ears((*ears.watches, beginnings)))
    start_all(execution, {}, beginnings)
    execution.rt.listen(ears)
    stage.late = beginnings.touching if len(execution.tasks) > 1 else {}
    if stage.late:
        put_back(execution, ears)
        start_all(execution, stage.late)


def start_all(execution: Execution, late: Container[str], beginnings: Beginnings | None = None) -> None:
    """Start every task, in order of creation; those that are ``late`` begin with a step."""
    specs = execution.specs(execution.session)
    execution.rt.racing = True
    for watch in execution.watches:
        watch.begin(execution)
    if execution.broken is not None:
        return
    for spec in specs:
        if beginnings is not None:
            beginnings.task = spec.name
        script = from_a_point(spec.script) if spec.name in late else spec.script()
        execution.start(spec.name, script, execution.cpu(spec.cpu), isr=spec.isr)


def put_back(execution: Execution, ears: Ears) -> None:
    """Forget the tasks that were started, and put the machine back."""
    execution.abandon()
    execution.tasks, execution.cpus, execution.alive, execution.handlers = [], {}, 0, False
    execution.broken = None
    execution.races.clear()
    if execution.recorder is not None:
        execution.recorder.clear()
    execution.rt, execution.session = execution.stage.set_again()
    execution.rt.attach(execution, ears)
