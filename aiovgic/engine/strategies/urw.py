"""Uniform random walk: every interleaving about as likely as any other.

A task with more steps left is picked more often. A fair coin at each step favours the orders in which short tasks
run early; weights by the steps that are left take that away (Zhao et al., ASPLOS 2025).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class UrwStrategy(Sampler):
    """Picks by a seeded generator, weighted by the steps each task had left in the average execution so far."""

    name = "urw"
    always_asked = True

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.total: dict[str, int] = {}
        """Steps of a task in all executions so far, by its name."""
        self.executions = 0
        self.done: dict[str, int] = {}
        """Steps of a task in this execution."""

    def begin(self) -> None:
        """No task has done a step."""
        self.done = {}

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """Any task that can run, as likely as it has steps left."""
        task = enabled[0] if len(enabled) == 1 else self.draw(enabled)
        self.done[task.name] = self.done.get(task.name, 0) + 1
        return task

    def draw(self, enabled: Sequence[Task]) -> Task:
        """Any of several tasks."""
        weights = [self.left(task.name) for task in enabled]
        point = self.random.random() * sum(weights)
        for task, weight in zip(enabled, weights, strict=True):
            point -= weight
            if point < 0:
                return task
        return enabled[-1]

    def left(self, name: str) -> float:
        """The steps a task has left, in the average; at least one, since it can run."""
        if not self.executions:
            return 1.0
        return max(1.0, self.total.get(name, 0) / self.executions - self.done.get(name, 0))

    def end(self) -> bool:
        """Learn how many steps each task had; there is always another execution."""
        self.executions += 1
        for name, steps in self.done.items():
            self.total[name] = self.total.get(name, 0) + steps
        return True
