"""Selectively uniform random walk: uniform over the orders of the accesses of one thing.

Each execution draws a thing that several tasks touch. Its accesses are the interesting operations, and every order of
them is as likely as any other: the task whose access comes next is drawn in proportion to the accesses
that each task has left. Until that task has done it, no other task may do an interesting operation; all other
operations are drawn as in a random walk (Zhao, Wolff, Mathur, Roychoudhury: Selectively uniform concurrency
testing, ASPLOS 2025). How many accesses a task has is the average of the executions so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Sampler
from aiovgic.engine.strategies.touched import Touched, touches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task

PATIENCE = 256
"""Decisions in which the intended task must do its access; then another task is drawn. It may wait for the others."""


class SurwStrategy(Sampler):
    """Selectively uniform random walk, by seed; the first execution is a random walk; never complete."""

    name = "surw"
    always_asked = True

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.touched = Touched()
        self.executions = 0

    def begin(self) -> None:
        """Draw the object whose accesses are interesting."""
        shared = self.touched.shared()
        self.thing = self.random.choice(shared) if shared else ""
        counts = self.touched.counts.get(self.thing, {})
        self.left = {name: count / self.executions for name, count in counts.items()}
        """Interesting operations that each task has left, by name."""
        self.met: dict[int, Task] = {}
        """All tasks that could run so far, by number."""
        self.intended: Task | None = None
        """The task that does the next interesting operation."""
        self.waited = 0
        """Decisions since it was drawn."""

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """Any task that can run, if its operation is not interesting or it is the intended task."""
        picked = enabled[0] if not self.thing and len(enabled) == 1 else self.draw(enabled)
        if self.touched.note(picked) == self.thing and self.thing:
            self.left[picked.name] = self.left.get(picked.name, 0.0) - 1
            self.intended = None
        return picked

    def draw(self, enabled: Sequence[Task]) -> Task:
        """Draw the task that runs, and before it the intended task, where an interesting operation waits for that."""
        for task in enabled:
            self.met[task.number] = task
        interesting = [task for task in enabled if self.is_interesting(task)]
        if interesting and self.must_draw_intended():
            self.intended = self.weighted([task for task in self.met.values() if not task.done]) or interesting[0]
            self.waited = 0
        self.waited += 1
        free = [task for task in enabled if task is self.intended or task not in interesting]
        if not free:  # the intended task waits for one of those that wait for it
            self.intended = self.weighted(interesting) or self.random.choice(interesting)
            return self.intended
        return self.random.choice(free)

    def is_interesting(self, task: Task) -> bool:
        """Whether a task is about to access the thing."""
        return bool(self.thing) and task.op is not None and touches(task.op)[0] == self.thing

    def must_draw_intended(self) -> bool:
        """Whether no task is intended, or the one that is will not do its access."""
        return self.intended is None or self.intended.done or self.waited >= PATIENCE

    def weighted(self, tasks: Sequence[Task]) -> Task | None:
        """One of several tasks, as likely as it has interesting operations left; None if none has."""
        weights = [max(self.left.get(task.name, 0.0), 0.0) for task in tasks]
        if not any(weights):
            return None
        return self.random.choices(tasks, weights)[0]

    def end(self) -> bool:
        """One more execution has been counted; there is always another one."""
        self.executions += 1
        return True
