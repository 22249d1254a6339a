"""Making a schedule shorter while it still breaks the same thing.

First deviations are left out, in halves and then one by one. Then all schedules with fewer
deviations are tried, fewest first, as far as that is affordable; so a short answer is
the shortest there is.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.record.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.engine.outcome import Broken, Outcome
    from aiovgic.engine.program import Program
    from aiovgic.engine.watch import Watch

BUDGET = 2_000
"""Executions that shrinking may try."""

STEPS = 1_000_000
"""Steps that all of them may take together: executions that make no progress are long."""


class Shrinker:
    """Shrinks the schedule that breaks one thing; everything else it breaks counts for nothing."""

    def __init__(
        self, program: Program, broken: Broken, outcome: Outcome, watches: Sequence[Watch] = (), budget: int = BUDGET
    ) -> None:
        self.stage = Stage(program)
        self.identity = broken.identity
        self.best = outcome
        self.watches = watches
        self.left = budget
        self.steps_left = STEPS

    def shrink(self) -> Outcome:
        """The shortest outcome found that breaks the same thing; after Ctrl-C the shortest so far."""
        with suppress(KeyboardInterrupt):
            self.leave_out()
            self.search_shorter()
            self.leave_out()
        return self.best

    def attempt(self, schedule: Schedule) -> Outcome | None:
        """The outcome of a schedule, as far as it can be followed; None when the budget is spent."""
        if self.left <= 0 or self.steps_left <= 0:
            return None
        outcome = Execution(self.stage, ReplayStrategy(schedule, strict=False), watches=self.watches).run()
        self.left -= 1
        self.steps_left -= outcome.steps
        return outcome

    def accept(self, schedule: Schedule) -> bool:
        """Try a schedule; keep its outcome if it breaks the same with less."""
        outcome = self.attempt(schedule)
        if outcome is None or outcome.breaks(self.identity) is None:
            return False
        if self.size(outcome) >= self.size(self.best):
            return False
        self.best = outcome
        return True

    def size(self, outcome: Outcome) -> tuple[int, int]:
        """What is to be small: deviations first, then steps."""
        return len(outcome.schedule), outcome.steps

    def leave_out(self) -> None:
        """Leave out runs of deviations, long ones first, until none can be left out."""
        length = len(self.best.schedule)
        while length:
            for candidate in without(self.best.schedule, length):
                if self.accept(candidate):
                    length = min(length, len(self.best.schedule)) + 1
                    break
            length -= 1

    def search_shorter(self) -> None:
        """Try all schedules with fewer switches than the best, fewest first."""
        layer = [Schedule()]
        for _ in range(len(self.best.schedule)):
            following: list[Schedule] = []
            for schedule in layer:
                outcome = self.attempt(schedule)
                if outcome is None:
                    return
                if outcome.breaks(self.identity) is not None:
                    if self.size(outcome) < self.size(self.best):
                        self.best = outcome
                    return
                following += self.one_more(schedule, outcome)
            layer = following

    def one_more(self, schedule: Schedule, outcome: Outcome) -> Iterator[Schedule]:
        """A schedule with one more switch, after those it has."""
        first = schedule.switches[-1][0] + 1 if schedule.switches else 0
        names = sorted(dict.fromkeys(name for _, name in self.best.schedule.switches))
        for step in range(first, outcome.steps):
            for name in names:
                yield Schedule((*schedule.switches, (step, name)), schedule.choices)


def without(schedule: Schedule, length: int) -> Iterator[Schedule]:
    """The schedule without ``length`` neighbouring deviations, everywhere that is possible."""
    switches = len(schedule.switches)
    for start in range(len(schedule) - length + 1):
        keep = [i for i in range(len(schedule)) if not start <= i < start + length]
        yield Schedule(
            tuple(schedule.switches[i] for i in keep if i < switches),
            tuple(schedule.choices[i - switches] for i in keep if i >= switches),
        )
