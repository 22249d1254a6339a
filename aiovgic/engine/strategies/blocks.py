"""Blocks: an execution given as a list of tasks with a number of steps each; used to shorten schedules."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiovgic.engine.task import Task
    from aiovgic.record.schedule import Schedule

    Block = tuple[str, int]
    """A task, and how many steps it takes at a stretch."""


def blocks_of(path: Iterable[str]) -> list[Block]:
    """The stretches of a path, which names the task of each step."""
    return [(name, len(list(steps))) for name, steps in groupby(path)]


def merged(blocks: Iterable[Block]) -> list[Block]:
    """Blocks in which neighbouring blocks of one task have become one block."""
    return blocks_of(name for name, steps in blocks for _ in range(steps))


class BlocksStrategy(Unwatched):
    """One execution: the blocks in order. A block ends early if its task cannot run; default order after the last."""

    name = "blocks"
    always_asked = True
    complete = False

    def __init__(self, blocks: Sequence[Block], like: Schedule) -> None:
        self.todo = list(reversed(merged(blocks)))
        self.choices = dict(like.choices)

    def begin(self) -> None:
        """There is one execution."""

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task of the present block, or of the next one that can go on."""
        while self.todo:
            name, left = self.todo.pop()
            task = next((each for each in enabled if each.name == name), None)
            if task is not None:
                if left > 1:
                    self.todo.append((name, left - 1))
                return task
        return plain

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The alternative that the original schedule takes, if there is one, else the default."""
        taken = self.choices.get(choice, 0)
        return taken if taken < alternatives else 0

    def end(self) -> bool:
        """There is one execution."""
        return False
