"""Schedules: the deviations from the default order, short enough to read, edit and mail.

Default order: keep running the last task while it can run, else the earliest created. ``12>nic``
means: at step 12 run nic. ``7=1`` means: at choice 7 take alternative 1. Steps count commits from
0, and so do choices.

A finding about lock classes can join what several executions show. Its schedule names all of them, separated by
``;``: ``2>init ; 4>addr`` is the execution with ``2>init``, then the one with ``4>addr``. Only the last one is written
down in a trace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from reprlib import repr as shown

from aiovgic.errors import UsageError

_WORD = re.compile(r"(?P<number>[0-9]{1,9})(?:>(?P<task>[A-Za-z_][\w.-]*)|=(?P<alternative>[0-9]{1,9}))")


SEPARATOR = ";"
"""Between the schedules of executions that belong together."""

MOST_EARLIER = 64
"""Executions that may come before the last one of a schedule."""


@dataclass(frozen=True)
class Schedule:
    """Where an execution leaves the default order, and which executions come before it."""

    switches: tuple[tuple[int, str], ...] = ()
    """(step, task), ascending."""
    choices: tuple[tuple[int, int], ...] = ()
    """(choice, alternative), ascending."""
    earlier: tuple[Schedule, ...] = ()
    """Executions that come before this one, in order; each is a schedule without earlier ones."""

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """The schedule in a text. Raises UsageError, naming the word that is none."""
        *earlier, last = text.split(SEPARATOR)
        if len(earlier) > MOST_EARLIER:
            raise UsageError(f"a schedule names at most {MOST_EARLIER + 1} executions, not {len(earlier) + 1}")
        return cls.parse_one(last).after(*map(cls.parse_one, earlier))

    @classmethod
    def parse_one(cls, text: str) -> Schedule:
        """The schedule of one execution in a text. Raises UsageError, naming the word that is none."""
        switches: dict[int, str] = {}
        choices: dict[int, int] = {}
        for word in text.split():
            match = _WORD.fullmatch(word)
            if match is None:
                raise UsageError(f"{shown(word)} is no part of a schedule; a switch is '12>nic', a choice '7=1'")
            number = int(match["number"])
            if number in (choices if match["task"] is None else switches):
                raise UsageError(f"{shown(word)} speaks of number {number}, of which a word before it has spoken")
            if match["task"] is None:
                choices[number] = int(match["alternative"])
            else:
                switches[number] = match["task"]
        return cls(tuple(sorted(switches.items())), tuple(sorted(choices.items())))

    def after(self, *earlier: Schedule) -> Schedule:
        """This execution, after these."""
        return Schedule(self.switches, self.choices, earlier)

    @property
    def executions(self) -> tuple[Schedule, ...]:
        """The earlier executions, then this one by itself."""
        return (*self.earlier, self.after())

    def __str__(self) -> str:
        if self.earlier:
            return " ".join(f" {SEPARATOR} ".join(map(str, self.executions)).split())
        switches = [f"{step}>{task}" for step, task in self.switches]
        choices = [f"{choice}={alternative}" for choice, alternative in self.choices]
        return " ".join(switches + choices)

    def __len__(self) -> int:
        return len(self.switches) + len(self.choices) + sum(map(len, self.earlier))
