"""Moments at which a program is asked whether all is well, although somebody still runs.

When something is published: a shared word becomes true, or points at something else. And when
all but one have ended or sleep: what nobody will tell the last one, it will not learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from aiovgic.engine.outcome import Broken
from aiovgic.engine.places import innermost, place_of
from aiovgic.engine.watch import Watch
from aiovgic.sync import Sleep, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.errors import Violation
    from aiovgic.sync import Op


@runtime_checkable
class Observant(Protocol):
    """A session that can be asked."""

    def published(self) -> Sequence[Violation]:
        """What somebody has just been told, and is not so."""

    def settled(self) -> Sequence[Violation]:
        """What the only one who still runs will never learn."""


class Moments(Watch):
    """Asks, and tells what it hears."""

    def __init__(self) -> None:
        self.execution: Execution | None = None

    def begin(self, execution: Execution) -> None:
        self.execution = execution if isinstance(execution.session, Observant) else None

    def before(self, task: Task, op: Op[Any]) -> None:
        execution = self.execution
        if execution is None:
            return
        for other in execution.tasks:
            if other is not task and not (other.done or (isinstance(other.op, Sleep) and not other.can_run())):
                return
        assert isinstance(execution.session, Observant)
        with execution.rt.looking():
            violations = execution.session.settled()
        self.tell(task, op, violations)

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        if self.execution is None or not isinstance(op, Update):
            return
        now = op.word.value
        if now is value or not (now is True or isinstance(now, tuple)):
            return
        assert isinstance(self.execution.session, Observant)
        with self.execution.rt.looking():
            violations = self.execution.session.published()
        self.tell(task, op, violations)

    def tell(self, task: Task, op: Op[Any], violations: Sequence[Violation]) -> None:
        """What was heard is a finding at this operation."""
        assert self.execution is not None
        for each in violations:
            place = place_of(task, innermost(task), op.kind, op.target)
            self.execution.report(Broken(each.kind, each.rule, each.what, (each.what,), (place,)))
