"""Depth first: every order there is, the plain one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class DfsStrategy:
    """Counts through all decisions: the last one that has another alternative moves on."""

    name = "dfs"
    watches = ()
    always_asked = False

    def __init__(self) -> None:
        self.path: list[list[int]] = []
        """(alternative taken, alternatives there are) of each decision."""
        self.depth = 0
        self.complete = False

    def begin(self) -> None:
        """Take the path from its root."""
        self.depth = 0

    def known(self) -> Sequence[int]:
        """Nothing is settled."""
        return ()

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The plain order's task first, then the others in order of creation."""
        taken = self.decide(len(enabled))
        if taken == 0:
            return plain
        return [task for task in enabled if task is not plain][taken - 1]

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The plain alternative first, then the others."""
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
        self.complete = True
        return False
