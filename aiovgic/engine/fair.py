"""Livelock: everyone has his turn, and nobody gets anywhere.

After so many steps a strategy is not asked any more: whoever can run does so in turn. Progress
is a task that ends, and a step of a scenario that begins or ends. Executions that make progress go on
for as long as they need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.places import innermost, place_of
from aiovgic.record.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task

    Done = tuple[str, str]
    """An operation: its kind and its target."""

PATIENCE = 5_000
"""Steps by turns, without progress, that make a livelock."""

REMEMBERED = 64
"""Operations of each task that are remembered, to tell how it goes round."""

TOLD = 6


class Turns:
    """Runs everyone in turn, and counts the steps without progress."""

    def __init__(self, patience: int = PATIENCE) -> None:
        self.patience = patience
        self.progress: object = None
        self.idle = 0
        self.last = -1
        self.does: dict[Task, list[Done]] = {}
        """The last operations of each task."""

    def pick(self, enabled: Sequence[Task], progress: object) -> Task | None:
        """Whose turn it is; None if nobody gets anywhere. ``progress`` changes with what was achieved."""
        if progress != self.progress:
            self.progress = progress
            self.idle = 0
            self.does = {}
        if self.idle >= self.patience:
            return None
        self.idle += 1
        task = next((task for task in enabled if task.number > self.last), enabled[0])
        self.last = task.number
        assert task.op is not None
        does = self.does.setdefault(task, [])
        does.append((task.op.kind, task.op.target))
        del does[:-REMEMBERED]
        return task

    def livelock(self) -> Finding:
        """The finding of an execution without an end: the tasks, and what each repeats."""
        tasks = sorted(self.does, key=lambda task: task.number)
        names = " and ".join(task.name for task in tasks)
        title = f"{names} make no progress: in {self.patience} steps, taken in turn, no operation begins or ends"
        circles = {task: circle(self.does[task]) for task in tasks}
        saw = tuple(f"{task.name} repeats: {in_words(does)}" for task, does in circles.items())
        places = tuple(place_of(task, innermost(task), "repeats", does[0][1]) for task, does in circles.items())
        return Finding(kind="livelock", rule="no-progress", title=title, saw=saw, places=places)


def circle(does: Sequence[Done]) -> list[Done]:
    """The shortest piece that these operations repeat."""
    length = len(does)
    period = next(
        (n for n in range(1, length // 2 + 1) if all(does[i] == does[i - n] for i in range(n, length))), length
    )
    least = min(range(period), key=lambda start: [does[(start + i) % period] for i in range(period)]) if period else 0
    return [does[(least + i) % period] for i in range(period)]


def in_words(does: Sequence[Done]) -> str:
    """Operations in a row; of many only the first."""
    told = [f"{kind} {target}".rstrip() for kind, target in does[:TOLD]]
    return ", ".join(told if len(does) <= TOLD else [*told, "..."])
