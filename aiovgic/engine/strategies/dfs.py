"""Depth first: every order there is, the default order first.

With a bound, only orders with so many preemptions: a switch away from a task that could go on. Switching where a task
waits or has ended is free. Few preemptions show most bugs, and the orders with few are few (CHESS).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class DfsStrategy(Unwatched):
    """Counts through all decisions: the last one that has another alternative moves on.

    ``preemptions`` bounds them, None does not; a search that the bound cut is not complete.
    """

    def __init__(self, preemptions: int | None = None) -> None:
        self.name = "dfs" if preemptions is None else f"dfs, preemptions <= {preemptions}"
        self.always_asked = preemptions is not None
        """With a bound it must know which task ran last."""
        self.preemptions = preemptions
        self.spent = 0
        """Preemptions of this execution so far."""
        self.last: Task | None = None
        self.cut = False
        """Whether the bound has kept it from an order."""
        self.path: list[list[int]] = []
        """(alternative taken, alternatives there are) of each decision."""
        self.depth = 0
        self.complete = False

    def begin(self) -> None:
        """Take the path from its root."""
        self.depth = 0
        self.spent = 0
        self.last = None

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task of the default order first, then the others in order of creation."""
        if self.preemptions is not None:
            return self.pick_bounded(enabled, plain, self.preemptions)
        return self.another(enabled, plain, self.decide(len(enabled)))

    def pick_bounded(self, enabled: Sequence[Task], plain: Task, bound: int) -> Task:
        """The task that runs, as far as the bound allows another one than that of the default order."""
        preempts = plain is self.last
        if len(enabled) > 1 and not (preempts and self.spent >= bound):
            self.last = self.another(enabled, plain, self.decide(len(enabled)))
            self.spent += preempts and self.last is not plain
        else:
            self.cut |= len(enabled) > 1
            self.last = plain
        return self.last

    def another(self, enabled: Sequence[Task], plain: Task, taken: int) -> Task:
        """The task that an alternative runs."""
        if taken == 0:
            return plain
        return [task for task in enabled if task is not plain][taken - 1]

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The default alternative first, then the others."""
        return self.decide(alternatives)

    def decide(self, alternatives: int) -> int:
        """The alternative that this execution takes at its next decision."""
        if self.depth == len(self.path):
            self.path.append([0, alternatives])
        taken, known = self.path[self.depth]
        if known != alternatives:
            raise DivergedError(f"decision {self.depth} had {known} alternatives, and now {alternatives}")
        self.depth += 1
        return taken

    def end(self) -> bool:
        """Move on to the next path."""
        del self.path[self.depth :]
        while self.path:
            self.path[-1][0] += 1
            if self.path[-1][0] < self.path[-1][1]:
                return True
            self.path.pop()
        self.complete = not self.cut
        return False
