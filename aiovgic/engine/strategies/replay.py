"""Replay: the default order with a schedule's deviations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.record.schedule import Schedule


class ReplayStrategy(Unwatched):
    """One execution, as a schedule says.

    ``strict``: a deviation that cannot be followed is an error (DivergedError); otherwise it is
    left out, which is what a shrinker wants.
    """

    name = "replay"
    always_asked = True
    complete = False

    def __init__(self, schedule: Schedule, *, strict: bool = True) -> None:
        self.switches = dict(schedule.switches)
        self.choices = dict(schedule.choices)
        self.strict = strict
        self.path: list[str] = []
        """The task that took each step."""

    def begin(self) -> None:
        """There is one execution."""

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task that the schedule names at this step, else that of the default order."""
        task = self.named(enabled, self.switches[step], step) if step in self.switches else None
        self.path.append((task or plain).name)
        return task or plain

    def named(self, enabled: Sequence[Task], name: str, step: int) -> Task | None:
        """The task that is to run, if it can. Raises DivergedError if it must."""
        task = next((task for task in enabled if task.name == name), None)
        if task is None and self.strict:
            offered = ", ".join(task.name for task in enabled)
            raise DivergedError(f"at step {step} the schedule runs {name}, but only {offered} can run")
        return task

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """What the schedule takes at this choice, else the plain alternative."""
        taken = self.choices.get(choice, 0)
        if taken < alternatives:
            return taken
        if self.strict:
            raise DivergedError(f"choice {choice} ({what}) has {alternatives} alternatives; the schedule takes {taken}")
        return 0

    def unused(self, steps: int, choices: int) -> str:
        """The first deviation that lies behind the end of an execution, or nothing."""
        late = [f"{step}>{name}" for step, name in sorted(self.switches.items()) if step >= steps]
        late += [f"{choice}={taken}" for choice, taken in sorted(self.choices.items()) if choice >= choices]
        return late[0] if late else ""

    def end(self) -> bool:
        """There is one execution."""
        return False
