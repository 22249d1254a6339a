"""Follow a schedule, and remember what else could have been done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.record.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class Follower(ReplayStrategy):
    """One execution as a schedule says, deviations that cannot be followed left out; with every alternative to it."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__(schedule, strict=False)
        self.schedule = schedule
        self.others: list[tuple[int, str]] = []
        """Each step, and each task that could have run in place of the default order's."""
        self.alternatives: list[tuple[int, int]] = []
        """Each choice, and how many alternatives it had."""

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        self.others += [(step, task.name) for task in enabled if task is not plain]
        return super().pick(enabled, plain, step)

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        self.alternatives.append((choice, alternatives))
        return super().choose(alternatives, what, choice)

    def one_more(self) -> list[Schedule]:
        """The schedule with one more switch, or one more choice, behind those it has; latest first."""
        switches, choices = self.schedule.switches, self.schedule.choices
        first_step = switches[-1][0] + 1 if switches else 0
        first_choice = choices[-1][0] + 1 if choices else 0
        found = [Schedule((*switches, (step, name)), choices) for step, name in self.others if step >= first_step]
        found += [
            Schedule(switches, (*choices, (choice, taken)))
            for choice, alternatives in self.alternatives
            if choice >= first_choice
            for taken in range(1, alternatives)
        ]
        return found[::-1]
