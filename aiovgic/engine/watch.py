"""Who watches an execution: detectors of races and of wrong lock orders, and the dependence of its steps.

A watch hears of every operation before and after it is done, and of what happens between
operations. What it finds it raises as a Violation, or tells the execution at once (`Execution.report`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.places import Where
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Change, Context, Declared, Op, Part, Thing


class Watch:
    """Hears of everything, and does nothing about it: watches say what they want to hear."""

    def begin(self, execution: Execution) -> None:
        """The race begins; set-up is over, and no task has been started."""

    def started(self, task: Task, parent: Task | None) -> None:
        """A task exists from now on; ``parent`` spawned it, if one did. It will run to its first operation."""

    def before(self, task: Task, op: Op[Any]) -> None:
        """A task is about to do an operation that is ready."""

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        """The operation is done, and gave this; the task will now run to its next one."""

    def changed(self, thing: Thing, how: Change) -> None:
        """Whoever runs changed the readiness of others, between operations."""

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        """Whoever runs touches a guarded field; ``marked`` if it knows that this may race."""

    def may_sleep(self, me: Context, what: str, where: Where) -> None:
        """Whoever runs does, between operations, what may sleep."""

    def freed(self, part: Part) -> None:
        """Whoever runs gave memory back."""

    def promoted(self, field: Declared) -> None:
        """A guarded field has raced: from now on its accesses count where steps are told apart."""

    def end(self) -> None:
        """Nobody can run any more, and nothing broke yet: all have ended, or those left rest or wait for ever."""


class Ears:
    """Of several watches, who listens to what; nobody else is called."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = tuple(watches)
        self.before = tuple(each.before for each in watches if type(each).before is not Watch.before)
        self.after = tuple(each.after for each in watches if type(each).after is not Watch.after)
        self.changed = tuple(each.changed for each in watches if type(each).changed is not Watch.changed)
        self.note = tuple(each.note for each in watches if type(each).note is not Watch.note)
