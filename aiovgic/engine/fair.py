"""Livelock: all tasks run in turn, and none makes progress.

After a limit of steps the strategy no longer decides: the tasks that can run take turns. Progress is the end
of a task, and the beginning or the end of a scenario's step. An execution that makes progress goes on
as long as it needs.
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
"""Number of steps in turn without progress that is a livelock."""

REMEMBERED = 64
"""Number of operations of each task that are kept, to find the cycle that it repeats."""

SHOWN = 6


class Turns:
    """Lets the tasks that can run take turns, and counts the steps without progress."""

    def __init__(self, patience: int = PATIENCE) -> None:
        self.patience = patience
        self.progress: object = None
        self.idle = 0
        self.last = -1
        self.does: dict[Task, list[Done]] = {}
        """The last operations of each task."""

    def pick(self, enabled: Sequence[Task], progress: object) -> Task | None:
        """The task that runs next; None after too many steps without progress. Each progress changes ``progress``."""
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
        """The finding of a livelock: the tasks, and the operations that each repeats."""
        tasks = sorted(self.does, key=lambda task: task.number)
        names = " and ".join(task.name for task in tasks)
        title = f"{names} make no progress: in {self.patience} steps, taken in turn, no operation begins or ends"
        circles = {task: circle(self.does[task]) for task in tasks}
        saw = tuple(f"{task.name} repeats: {in_words(does)}" for task, does in circles.items())
        places = tuple(place_of(task, innermost(task), "repeats", does[0][1]) for task, does in circles.items())
        return Finding(kind="livelock", rule="no-progress", title=title, saw=saw, places=places)


def circle(does: Sequence[Done]) -> list[Done]:
    """The shortest cycle of operations that these operations repeat."""
    length = len(does)
    period = next(
        (n for n in range(1, length // 2 + 1) if all(does[i] == does[i - n] for i in range(n, length))), length
    )
    least = min(range(period), key=lambda start: [does[(start + i) % period] for i in range(period)]) if period else 0
    return [does[(least + i) % period] for i in range(period)]


def in_words(does: Sequence[Done]) -> str:
    """Operations separated by commas; of a long cycle only the first ones."""
    shown = [f"{kind} {target}".rstrip() for kind, target in does[:SHOWN]]
    return ", ".join(shown if len(does) <= SHOWN else [*shown, "..."])
