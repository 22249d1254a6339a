"""Partial order sampling: a random priority for each operation, drawn anew where operations race.

Each pending operation has a priority of its own, and the highest that can run runs. When it has run, every pending
operation that races with it draws a new priority (Yuan, Yang, Gu: Partial order aware concurrency
sampling, CAV 2018). An operation that races with nothing keeps its priority however long the others run, so a step
can come after all steps of another task with a probability that falls with their number, where a random walk's
falls exponentially.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Sampler
from aiovgic.engine.strategies.touched import race

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class PosStrategy(Sampler):
    """Partial order sampling, by seed; never complete."""

    name = "pos"
    always_asked = True

    def begin(self) -> None:
        """No operation has a priority yet."""
        self.priorities: dict[int, float] = {}
        """The priority of each task's next operation, by number of the task."""

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task whose operation has the highest priority."""
        priorities = self.priorities
        for task in enabled:
            if task.number not in priorities:
                priorities[task.number] = self.random.random()
        picked = max(enabled, key=lambda task: priorities[task.number])
        del priorities[picked.number]
        if len(enabled) > 1:
            self.forget_racing(picked, enabled)
        return picked

    def forget_racing(self, picked: Task, enabled: Sequence[Task]) -> None:
        """Forget the priorities of the operations that race with the one picked; a turn of a spin races with all."""
        assert picked.op is not None
        for task in enabled:
            assert task.op is not None
            if task is not picked and (picked.op.yields or race(picked.op, task.op)):
                del self.priorities[task.number]
