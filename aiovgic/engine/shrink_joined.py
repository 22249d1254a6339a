"""Making the schedules of a finding smaller that joins what several executions showed.

First one execution is looked for that shows all of it, with at most as many deviations as the schedules have together
and one more for each earlier execution. If there is none, executions that are not needed are left out, and then each
schedule is shrunk while the others stay.
The order of the executions plays no part in what they show together, so each is shrunk as if it were the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aiovgic.engine.replaying import primed
from aiovgic.engine.shrink import Shrinker
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.record.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.detect import Detectors
    from aiovgic.engine.program import Program
    from aiovgic.engine.watch import Watch
    from aiovgic.record.finding import Finding

    Parts = list[Schedule]
    """The schedules of the executions, in order."""


class Shrunk(NamedTuple):
    """What came of shrinking."""

    schedule: Schedule
    proven: bool
    """Whether every schedule with fewer deviations was tried, and none shows the finding."""
    interrupted: bool


def shrink(program: Program, finding: Finding, detectors: Detectors) -> Shrunk:
    """The smallest schedule that was found for a finding. After Ctrl-C it is the smallest so far."""
    schedule = Schedule.parse(finding.schedule)
    if schedule.earlier:
        return JoinedShrinker(program, finding, detectors).shrink(schedule)
    shrinker = Shrinker(program, finding, detectors.again().watches)
    return Shrunk(shrinker.shrink().schedule, shrinker.proven, shrinker.interrupted)


class JoinedShrinker:
    """Shrinks the schedules of one finding that joins several executions."""

    def __init__(self, program: Program, finding: Finding, detectors: Detectors) -> None:
        self.program = program
        self.finding = finding
        self.detectors = detectors
        self.interrupted = False

    def shrink(self, schedule: Schedule) -> Shrunk:
        """The smallest schedule that was found."""
        alone = Shrinker(self.program, self.about(schedule.after()), self.detectors.again().watches)
        if alone.search_up_to(len(schedule) + len(schedule.earlier)):
            return Shrunk(alone.best.schedule, proven=True, interrupted=False)
        self.interrupted = alone.interrupted
        parts = list(schedule.executions)
        try:
            self.leave_out(parts)
            for number in range(len(parts) - 1, -1, -1):
                self.shrink_part(parts, number)
            self.leave_out(parts)
            self.sort(parts)
        except KeyboardInterrupt:
            self.interrupted = True
        return Shrunk(one_schedule(parts), proven=False, interrupted=self.interrupted)

    def leave_out(self, parts: Parts) -> None:
        """Leave out earlier executions that are not needed."""
        for number in range(len(parts) - 2, -1, -1):
            fewer = without(parts, number)
            if not self.interrupted and self.shows(fewer):
                parts[:] = fewer

    def shrink_part(self, parts: Parts, number: int) -> None:
        """Shrink one schedule, as if its execution were the last one."""
        if self.interrupted:
            return
        shrinker = Shrinker(self.program, self.about(parts[number]), self.knowing(without(parts, number)))
        if shrinker.best.breaks(self.finding.identity) is None:
            return  # what its execution does later joins to another finding
        smaller = [*parts]
        smaller[number] = shrinker.shrink().schedule
        self.interrupted = shrinker.interrupted
        if self.shows(smaller):
            parts[:] = smaller

    def sort(self, parts: Parts) -> None:
        """Put executions with fewer deviations first, so that equal findings have equal schedules."""
        ordered = sorted(parts, key=lambda each: (len(each), str(each)))
        if not self.interrupted and self.shows(ordered):
            parts[:] = ordered

    def about(self, schedule: Schedule) -> Finding:
        """The finding with the schedule of one execution."""
        return msgspec.structs.replace(self.finding, schedule=str(schedule))

    def knowing(self, earlier: Sequence[Schedule]) -> tuple[Watch, ...]:
        """The watches of an execution that comes after these."""
        return primed(self.program, earlier, self.detectors)[0].watches

    def shows(self, parts: Parts) -> bool:
        """Whether the last execution shows the finding, after the others."""
        watches = self.knowing(parts[:-1])
        outcome = Execution(Stage(self.program), ReplayStrategy(parts[-1]), watches=watches).run()
        return outcome.breaks(self.finding.identity) is not None


def one_schedule(parts: Parts) -> Schedule:
    """One schedule of these executions."""
    *earlier, last = parts
    return last.after(*earlier)


def without(parts: Parts, number: int) -> Parts:
    """All schedules but one."""
    return [each for at, each in enumerate(parts) if at != number]
