"""Run every schedule twice, and compare the decisions of both executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.task import Task


class TwiceStrategy(Unwatched):
    """Another strategy, each of whose executions is run again and compared, decision by decision.

    Raises DivergedError with the first difference: the program depends on something that is no part of a schedule.
    """

    always_asked = True

    def __init__(self, inner: Strategy) -> None:
        assert not inner.watches, f"{inner.name} does not decide by what it is offered alone"
        self.inner = inner
        self.again = False
        """Whether the present execution is a second one."""
        self.offers: list[tuple[str, int | str]] = []
        """For each decision of the first execution: what could be taken, and what was taken."""
        self.at = 0

    @property
    def name(self) -> str:
        """The name of the inner strategy, with the word twice."""
        return f"{self.inner.name}, twice"

    @property
    def complete(self) -> bool:
        """Whether the inner strategy has tried everything."""
        return self.inner.complete

    def begin(self) -> None:
        """A new execution begins, or the last one again."""
        self.at = 0
        if not self.again:
            self.offers = []
            self.inner.begin()

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task that the inner strategy picks; in the second execution the task that the first one took."""
        offer = f"step {step} could run {', '.join(map(next_of, enabled))}"
        if self.again:
            name = self.same(offer)
            return next(task for task in enabled if task.name == name)
        alone = len(enabled) == 1 and not self.inner.always_asked
        task = plain if alone else self.inner.pick(enabled, plain, step)
        assert task is not None
        self.offers.append((offer, task.name))
        return task

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The alternative that the inner strategy takes; in the second execution the one that the first took."""
        offer = f"choice {choice} ({what}) had {alternatives} alternatives"
        if self.again:
            return int(self.same(offer))
        taken = self.inner.choose(alternatives, what, choice)
        self.offers.append((offer, taken))
        return taken

    def same(self, offer: str) -> int | str:
        """What was taken at this decision the first time. Raises DivergedError if the offer differs."""
        before, taken = self.offers[self.at] if self.at < len(self.offers) else ("it had ended", "")
        if before != offer:
            raise DivergedError(f"the same schedule twice: {before}; now {offer}")
        self.at += 1
        return taken

    def end(self) -> bool:
        """Run the schedule again, or ask the inner strategy. Raises DivergedError if the second one ended early."""
        if self.again and self.at < len(self.offers):
            raise DivergedError(f"the same schedule twice: {self.offers[self.at][0]}; now it has ended")
        self.again = not self.again
        return self.again or self.inner.end()


def next_of(task: Task) -> str:
    """A task and what it would do."""
    assert task.op is not None
    return f"{task.name} ({task.op.kind} {task.op.target})"
