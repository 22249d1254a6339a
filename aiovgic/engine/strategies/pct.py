"""PCT: random priorities, lowered at a few random places.

Every task draws a priority, and the highest that can run runs. At ``depth`` - 1 decisions drawn in advance the task
that would run falls below all others. A bug that needs d orderings is found by depth d in one execution with
probability at least 1 / (n * k ** (d - 1)), for n tasks and k decisions (Burckhardt et al., ASPLOS 2010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.engine.strategies.base import Sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task

DEFAULT_DEPTH = 3

FIRST_GUESS = 32
"""Decisions of an execution before one was seen."""

PATIENCE = 64
"""Decisions in a row that a task gets before the strategy looks whether it spins."""

SPIN = 4
"""A task that does no more than this many different operations in another ``PATIENCE`` decisions spins."""


class PctStrategy(Sampler):
    """Probabilistic concurrency testing, by seed; a task that spins lets the others run; never complete.

    Places are drawn among as many decisions as the longest execution so far had; steps at which only one task can
    run need no decision.
    """

    always_asked = False

    def __init__(self, seed: int = 0, depth: int = DEFAULT_DEPTH) -> None:
        super().__init__(seed)
        self.depth = depth
        self.name = f"pct {depth}"
        self.longest = FIRST_GUESS
        self.learnt = False

    def begin(self) -> None:
        """Draw the places where priorities change."""
        self.order: list[Task] = []
        """All tasks that were seen, the highest priority first."""
        self.lowered = 0
        """How many at the end of ``order`` have fallen; a task that comes later is put above them."""
        self.met: dict[int, bool] = {}
        self.decisions = 0
        self.changes = sorted((self.random.randrange(self.longest) for _ in range(self.depth - 1)), reverse=True)
        self.running: Task | None = None
        self.in_a_row = 0
        self.did: dict[Any, bool] = {}

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task with the highest priority that can run, after the changes that are due."""
        met = self.met
        for task in enabled:
            if task.number not in met:
                self.meet(task)
        task = self.top(enabled)
        while self.changes and self.changes[-1] <= self.decisions:
            self.changes.pop()
            self.lower(task)
            task = self.top(enabled)
        self.decisions += 1
        if task is self.running:
            self.in_a_row += 1
            if self.in_a_row >= PATIENCE and self.spins(task):
                self.lower(task)
        else:
            self.running = task
            self.in_a_row = 0
        return task

    def top(self, enabled: Sequence[Task]) -> Task:
        """The task with the highest priority among those that can run."""
        for task in self.order:
            if task in enabled:
                return task
        raise AssertionError("no task that can run was met")

    def meet(self, task: Task) -> None:
        """A task that was not seen before gets a priority above all that have fallen."""
        self.met[task.number] = True
        self.order.insert(self.random.randrange(len(self.order) - self.lowered + 1), task)

    def lower(self, task: Task) -> None:
        """A task falls below all others."""
        if self.order.index(task) < len(self.order) - self.lowered:
            self.lowered += 1
        self.order.remove(task)
        self.order.append(task)

    def spins(self, task: Task) -> bool:
        """Whether a task that has run for long does the same few things over and over."""
        if self.in_a_row == PATIENCE:
            self.did = {}
        if task.op is not None:
            self.did[task.op.kind, task.op.target] = True
        if self.in_a_row < 2 * PATIENCE:
            return False
        self.in_a_row = 0
        return len(self.did) <= SPIN

    def end(self) -> bool:
        """Learn how long an execution is; there is always another one."""
        self.longest = max(self.longest, self.decisions) if self.learnt else max(self.decisions, 1)
        self.learnt = True
        return True
