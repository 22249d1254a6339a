"""Telling a finding as soon as it is made: written down first, then shrunk."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from aiovgic.engine.shrink_joined import Shrunk, shrink
from aiovgic.errors import DivergedError
from aiovgic.lab.findings import show
from aiovgic.record.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.lab.subject import Subject
    from aiovgic.record.finding import Finding, Switch
    from aiovgic.record.trace import Trace


WHY = "something outside the machine has changed between executions"


@dataclass(frozen=True, kw_only=True)
class Told:
    """A finding's execution, written down."""

    subject: Subject
    finding: Finding
    trace: Trace
    switches: tuple[Switch, ...]
    unshrunk: int
    """Deviations of its schedule before it was shrunk."""
    seconds: float
    """From the beginning of the search."""
    proven: bool = False
    """Whether every schedule with fewer deviations was tried, and none shows the finding."""
    interrupted: bool = False
    """Whether Ctrl-C ended the shrinking."""


class Teller(Protocol):
    """Hears of each finding of a search, when it is made and when its schedule was shrunk."""

    def found(self, told: Told) -> None:
        """A finding is made; its schedule is as it was found."""

    def shrunk(self, before: Told, told: Told) -> None:
        """The shrinking of a finding has ended; ``told`` may have the schedule that ``before`` has."""


class Telling:
    """Tells the findings of one search: each is written down, told, and its schedule is shrunk."""

    def __init__(
        self,
        subject: Subject,
        *,
        outcomes: bool = False,
        seed: int = 0,
        teller: Teller | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.subject = subject
        self.detectors = subject.detectors(go_on=outcomes)
        """Of the search; with ``outcomes`` it goes on after a wrong lock order."""
        self.seed = seed
        self.teller = teller
        self.clock = clock
        self.began = clock()
        self.told: dict[tuple[object, ...], Told] = {}
        """By the finding's identity."""
        self.shrinks = True
        """Whether schedules are shrunk; after Ctrl-C they are not."""

    def __call__(self, found: Finding) -> None:
        """Tell one finding of the search, shrink it, and tell what came of that.

        Raises KeyboardInterrupt, when all is told, if Ctrl-C ended the shrinking; DivergedError if the execution
        cannot be repeated.
        """
        before = None
        if self.teller is not None:
            before = self.written(found, found.schedule)
            self.teller.found(before)
            self.told[found.identity] = before
        best = self.shrunk(found)
        if before is None or before.finding.schedule != str(best.schedule):
            told = self.written(found, str(best.schedule))
        else:
            told = before
        told = replace(told, proven=best.proven, interrupted=best.interrupted)
        self.told[found.identity] = told
        if self.teller is not None and before is not None:
            self.teller.shrunk(before, told)
        if best.interrupted:
            self.shrinks = False
            raise KeyboardInterrupt

    def shrunk(self, found: Finding) -> Shrunk:
        """The smallest schedule of a finding, or its own schedule if schedules are not shrunk."""
        if self.shrinks:
            return shrink(self.subject.program, found, self.detectors)
        return Shrunk(Schedule.parse(found.schedule), proven=False, interrupted=False)

    def rest(self, found: Finding, *, interrupted: bool) -> Told:
        """What was told of a finding. A finding that was not told yet is told now; after Ctrl-C it is not shrunk.

        Raises KeyboardInterrupt if Ctrl-C comes again before it is told.
        """
        self.shrinks = self.shrinks and not interrupted
        try:
            if found.identity not in self.told:
                self(found)
        except KeyboardInterrupt:
            if found.identity not in self.told:
                raise
        return self.told[found.identity]

    def written(self, found: Finding, schedule: str) -> Told:
        """A finding's execution under a schedule, written down. Raises DivergedError if the finding is not there.

        A search that counts outcomes may find something behind a wrong lock order that would end a replay. Then
        the replay has to go on, too.
        """
        if self.detectors.go_on:
            with suppress(DivergedError):
                return self.shown(self.subject, found, schedule)
            return self.shown(replace(self.subject, outcomes=True), found, schedule)
        return self.shown(self.subject, found, schedule)

    def shown(self, subject: Subject, found: Finding, schedule: str) -> Told:
        """A finding's execution, written down. Raises DivergedError if a replay does not show the finding."""
        shown = show(
            subject,
            Schedule.parse(schedule),
            at_execution=found.at_execution,
            strategy=found.strategy,
            seed=self.seed,
        )
        finding = shown.findings.get(found.identity)
        if finding is None:
            raise DivergedError(
                f"'{found.title}' was found with schedule '{schedule}'; a replay does not show it; {WHY}"
            )
        return Told(
            subject=subject,
            finding=finding,
            trace=shown.trace,
            switches=shown.switches,
            unshrunk=found.switches,
            seconds=self.clock() - self.began,
        )
