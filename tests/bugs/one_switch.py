"""A search of the plain order and of every schedule with one switch: enough for any of the seed faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class OneSwitch(Unwatched):
    """At each step in turn, each other task that could run there runs, until it ends or waits."""

    name = "one-switch"
    always_asked = True
    complete = False

    def __init__(self) -> None:
        self.at, self.other = -1, 0
        """Where to switch, and to which of the others."""
        self.last = 0
        self.switched = False

    def begin(self) -> None:
        """Start an execution, in which no switch was made yet."""
        self.last, self.switched = 0, False

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task of the default order, except at one step."""
        self.last = step
        others = [task for task in enabled if task is not plain]
        if step != self.at or self.other >= len(others):
            return plain
        self.switched = True
        return others[self.other]

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The default alternative."""
        return 0

    def end(self) -> bool:
        """The next of the others there, or the next step, while there is one."""
        if self.switched:
            self.other += 1
        else:
            self.at, self.other = self.at + 1, 0
        self.complete = self.at > self.last
        return not self.complete
