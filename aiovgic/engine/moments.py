"""Moments at which rules are asked although tasks still run.

- When something is published: a shared word becomes true, or points at something else. The rules about this word are
  asked. What they read counts as read by the step that publishes, so the search tries it against each step that
  changes it.
- When all tasks but one have ended or sleep: no other task will change anything for the last one. Orders of one
  trace differ in whether they have this moment. DPOR executes another order of the trace where it matters
  (`engine/reorder.py`).
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
    from aiovgic.sync import Context, Op, Shared


@runtime_checkable
class Observant(Protocol):
    """A session with rules that are asked during the race."""

    def published(self, word: Shared[Any]) -> Sequence[Violation]:
        """What is not so although a word, a flag or a pointer, says it now."""

    def settled(self, me: Context) -> Sequence[Violation]:
        """What ``me``, the only task that still runs, will never learn."""

    def settles(self, me: Context) -> bool:
        """Whether `settled` may find something before the next step of ``me``; depends on the steps of ``me`` alone."""


class Moments(Watch):
    """Asks the rules, and reports what they find."""

    after_ops = (Update,)

    def __init__(self) -> None:
        self.execution: Execution | None = None
        self.session: Observant | None = None
        """The session, if it has rules that are asked during the race."""

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
            violations = session.settled(task.context)
        self.report(task, op, violations)

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        assert isinstance(op, Update)
        execution, session = self.execution, self.session
        if execution is None or session is None:
            return
        now = op.word.value
        if now is value or not (now is True or isinstance(now, tuple)):
            return
        with execution.rt.looking(during_race=True):
            violations = session.published(op.word)
        self.report(task, op, violations)

    def report(self, task: Task, op: Op[Any], violations: Sequence[Violation]) -> None:
        """What was heard is a finding at this operation."""
        assert self.execution is not None
        for each in violations:
            place = place_of(task, innermost(task), op.kind, op.target)
            self.execution.report(each.finding.at(place))
