"""What ends a search besides having nothing left to try, and how to search on from there."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from aiovgic.lab.strategies import Way
from aiovgic.lab.subject import EXPLORED

if TYPE_CHECKING:
    from aiovgic.lab.subject import Subject

DEFAULT_BUDGET = 10_000
"""Executions of a search that has no other limit."""

LONGER_S = 60
"""Seconds that a report suggests, at least."""

LONGER = 4
"""How many times the seconds that a search had a report suggests."""


@dataclass(frozen=True)
class Limits:
    """The limits of a search."""

    budget: int | None = None
    """Executions at most; None for as many as there is time for, or else the default."""
    seconds: float | None = None
    """No execution begins after so long."""
    outcomes: bool = False
    """Whether the search goes on after a finding that ended an execution."""
    stop_at_first: bool = False
    """Whether it ends at the first finding of any sort."""

    def check(self) -> None:
        """Raises UsageError for a limit that leaves nothing to do, or for two that exclude each other."""
        if self.budget is not None and self.budget < 1:
            raise UsageError(f"the budget must be at least one execution, not {self.budget}")
        if self.seconds is not None and not self.seconds > 0:
            raise UsageError(f"the seconds must be more than 0, not {self.seconds:g}")
        if self.outcomes and self.stop_at_first:
            raise UsageError("a search that counts outcomes goes on after the first finding: leave one of the two out")

    @property
    def executions(self) -> int | None:
        """Executions at most, if there is such a limit."""
        return DEFAULT_BUDGET if self.budget is None and self.seconds is None else self.budget

    def longer(self, subject: Subject, way: Way, seed: int) -> tuple[str, ...]:
        """How to search on where a limit ended the search: longer, and if it was not bounded, with few preemptions."""
        seconds = max(LONGER_S, LONGER * int(self.seconds or 0))
        few = Way("dfs", preemptions=1)
        if subject.scenario.in_python:
            lines = [f"seconds={seconds}"]
            return (*lines, f"strategy={few!r}") if way.strategy != few.strategy else tuple(lines)
        words = explore_words(subject)
        drawn = ["--seed", str(seed)] if seed else []
        lines = [shlex.join([*words, *way.options(), *drawn, "--seconds", str(seconds)])]
        return (*lines, shlex.join([*words, *few.options()])) if way.strategy != few.strategy else tuple(lines)


def explore_words(subject: Subject) -> list[str]:
    """The command that explores a scenario under its revision and what is planted."""
    words = ["aiovgic", "explore", subject.called]
    if subject.revision != EXPLORED:
        words += ["--revision", subject.revision]
    for bug in subject.bugs:
        words += ["--bug", bug]
    return words + (["--strict"] if subject.strict else [])
