"""What an engine runs: a program that builds a fresh session for every execution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from aiovgic.record.finding import Violation
    from aiovgic.sync import Runtime, Script


@dataclass(frozen=True)
class TaskSpec:
    """A task to start: its name, its script, and where it runs."""

    name: str
    script: Callable[[], Script[None]]
    cpu: int
    isr: bool = False


class Session(Protocol):
    """One fresh machine, set up, and the tasks that will race on it."""

    @property
    def tasks(self) -> Sequence[TaskSpec]:
        """In order of creation."""

    @property
    def reached(self) -> tuple[int, ...]:
        """Which of the things that are to happen sometimes have happened, by number; known once it is judged."""

    def quiet(self) -> Sequence[Violation]:
        """The rules that are violated at quiescence: no task can run, and some tasks may be idle."""

    def judge(self) -> Sequence[Violation]:
        """What this outcome breaks, once all tasks are over."""

    def outcome(self) -> dict[str, Any]:
        """What can be seen at the end: results by label, and the like."""


Program = Callable[["Runtime"], Session]
"""Sets up a fresh machine on a runtime; every execution calls it once."""
