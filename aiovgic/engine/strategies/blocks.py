"""Blocks: each task so many steps, one after the other, as far as they can; for those who shorten schedules."""

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


def joined(blocks: Iterable[Block]) -> list[Block]:
    """The same with neighbours of one task made one."""
    return blocks_of(name for name, steps in blocks for _ in range(steps))


class BlocksStrategy(Unwatched):
    """One execution: the blocks in order. A block whose task cannot go on is over; behind the last, plain order."""

    name = "blocks"
    always_asked = True
    complete = False

    def __init__(self, blocks: Sequence[Block], like: Schedule) -> None:
        self.todo = list(reversed(joined(blocks)))
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
        """As the schedule that this is made of."""
        taken = self.choices.get(choice, 0)
        return taken if taken < alternatives else 0

    def end(self) -> bool:
        """That was it."""
        return False
