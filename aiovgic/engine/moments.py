"""Moments at which a program is asked whether all is well, although somebody still runs.

When something is published: a shared word becomes true, or points at something else. And when
all but one have ended or sleep: what nobody will tell the last one, it will not learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from aiovgic.engine.places import innermost, place_of
from aiovgic.engine.watch import Watch
from aiovgic.sync import Sleep, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Violation
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

    after_ops = (Update,)

    def __init__(self) -> None:
        self.execution: Execution | None = None
        self.session: Observant | None = None
        """Whom it asks, if that can be asked."""

    def begin(self, execution: Execution) -> None:
        self.execution = execution
        self.session = execution.session if isinstance(execution.session, Observant) else None

    def alone(self, task: Task, op: Op[Any]) -> None:
        execution, session = self.execution, self.session
        if execution is None or session is None:
            return
        if not all(other is task or other.done or isinstance(other.op, Sleep) for other in execution.tasks):
            return
        with execution.rt.looking():
            violations = session.settled()
        self.tell(task, op, violations)

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        assert isinstance(op, Update)
        execution, session = self.execution, self.session
        if execution is None or session is None:
            return
        now = op.word.value
        if now is value or not (now is True or isinstance(now, tuple)):
            return
        with execution.rt.looking():
            violations = session.published()
        self.tell(task, op, violations)

    def tell(self, task: Task, op: Op[Any], violations: Sequence[Violation]) -> None:
        """What was heard is a finding at this operation."""
        assert self.execution is not None
        for each in violations:
            place = place_of(task, innermost(task), op.kind, op.target)
            self.execution.report(each.finding.at(place))
