"""Making a schedule shorter while it still breaks the same thing.

Of an execution that comes to no end only the beginning matters: its first deviations are tried, one, two, four and
so on. Then deviations are left out, in halves and down to single ones. Then stretches of one task are joined, a later
one with an earlier one or the other way round. Last all schedules with fewer deviations are tried, fewest first, as far
as the budget goes. If that search ends within the budget, the schedule is proven to be the smallest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.blocks import BlocksStrategy, blocks_of
from aiovgic.engine.strategies.follower import Follower
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.record.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.engine.outcome import Outcome
    from aiovgic.engine.program import Program
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.strategies.blocks import Block
    from aiovgic.engine.watch import Watch
    from aiovgic.record.finding import Finding

BUDGET = 40_000
"""Steps that all executions may take together: about a second."""


class Tried(NamedTuple):
    """What came of a schedule: the outcome, if it breaks the same thing, else the schedules with one deviation more."""

    broken: Outcome | None
    more: Sequence[Schedule]


class Shrinker:
    """Shrinks the schedule that breaks one thing; everything else it breaks counts for nothing."""

    def __init__(self, program: Program, finding: Finding, watches: Sequence[Watch] = (), budget: int = BUDGET) -> None:
        self.stage = Stage(program)
        self.identity = finding.identity
        self.watches = watches
        self.best = self.run(ReplayStrategy(Schedule.parse(finding.schedule)))
        self.left = budget
        self.tried: dict[Schedule, Tried] = {}
        self.interrupted = False
        self.proven = False
        """Whether every schedule with fewer deviations was tried, and none breaks the same thing."""

    def shrink(self) -> Outcome:
        """The shortest outcome found that breaks the same thing; after Ctrl-C the shortest so far."""
        try:
            self.leave_off()
            self.leave_out()
            self.join_stretches()
            self.leave_out()
            self.search_shorter()
        except KeyboardInterrupt:
            self.interrupted = True
        return self.best

    def attempt(self, strategy: Strategy) -> Outcome | None:
        """The outcome of one execution; None when the budget is spent."""
        if self.left <= 0:
            return None
        outcome = self.run(strategy)
        self.left -= outcome.steps
        return outcome

    def run(self, strategy: Strategy) -> Outcome:
        """The outcome of one execution."""
        return Execution(self.stage, strategy, watches=self.watches).run()

    def accept(self, strategy: Strategy) -> bool:
        """Try an execution; keep its outcome if it breaks the same with less."""
        outcome = self.attempt(strategy)
        if outcome is None or outcome.breaks(self.identity) is None:
            return False
        if self.size(outcome) >= self.size(self.best):
            return False
        self.best = outcome
        return True

    def size(self, outcome: Outcome) -> tuple[int, int]:
        """What is to be small: deviations first, then steps."""
        return len(outcome.schedule), outcome.steps

    def search_up_to(self, deviations: int) -> bool:
        """Try all schedules with at most so many deviations, fewest first: whether one breaks the same.

        The finding's own schedule need not.
        """
        try:
            self.search_layers(deviations + 1, None)
        except KeyboardInterrupt:
            self.interrupted = True
        return self.best.breaks(self.identity) is not None

    # -- deviations --------------------------------------------------------------------------

    def leave_off(self) -> None:
        """Of an execution that comes to no end, keep as few first deviations as will do."""
        kept = 1
        while self.best.bounded and kept < len(self.best.schedule):
            if self.accept(ReplayStrategy(beginning(self.best.schedule, kept), strict=False)):
                return
            kept *= 2

    def leave_out(self) -> None:
        """Leave out runs of deviations, long ones first, until no single one can be left out."""
        length = len(self.best.schedule)
        while length:
            candidates = without(self.best.schedule, length)
            if any(self.accept(ReplayStrategy(candidate, strict=False)) for candidate in candidates):
                length = min(length, len(self.best.schedule))
            else:
                length //= 2

    # -- stretches ----------------------------------------------------------------------------

    def join_stretches(self) -> None:
        """Let tasks run on where they ran in stretches, until that breaks the same no longer; if there is an end."""
        while len(self.best.schedule) > 1 and not self.best.bounded and self.join_one():
            pass

    def join_one(self) -> bool:
        """Join two stretches of one task: whether any two could be."""
        follower = ReplayStrategy(self.best.schedule, strict=False)
        if self.attempt(follower) is None:
            return False
        blocks = blocks_of(follower.path)
        return any(self.accept(BlocksStrategy(each, self.best.schedule)) for each in with_two_joined(blocks))

    # -- everything shorter -----------------------------------------------------------------------

    def search_shorter(self) -> None:
        """Try schedules with fewer deviations than the best: first switches to its tasks alone, then all there are.

        Then those with as many, latest deviation first, so that the answer does not depend on what was found first.
        """
        names = frozenset(name for _, name in self.best.schedule.switches)
        self.search_layers(len(self.best.schedule), names)
        self.search_layers(len(self.best.schedule) + 1, None)

    def search_layers(self, layers: int, names: frozenset[str] | None) -> None:
        """Try all schedules with fewer deviations than ``layers``, fewest first, until one breaks the same.

        ``names``: only switches to these tasks, and no choices.
        """
        layer = [Schedule()]
        for deviations in range(layers):
            self.proven |= names is None and deviations == len(self.best.schedule)
            following: dict[Schedule, None] = {}
            for schedule in layer:
                tried = self.try_once(schedule)
                if tried is None:
                    return
                if tried.broken is not None:
                    self.proven |= names is None
                    self.best = tried.broken
                    return
                more = (
                    tried.more if names is None else [each for each in tried.more if added_by(each, schedule) in names]
                )
                following.update(dict.fromkeys(more))
            layer = list(following)

    def try_once(self, schedule: Schedule) -> Tried | None:
        """What came of a schedule, which is tried once; None when the budget is spent."""
        tried = self.tried.get(schedule)
        if tried is None:
            follower = Follower(schedule)
            outcome = self.attempt(follower)
            if outcome is None:
                return None
            broken = outcome if outcome.breaks(self.identity) is not None else None
            tried = self.tried[schedule] = Tried(broken, () if broken else follower.one_more())
        return tried


def added_by(schedule: Schedule, shorter: Schedule) -> str:
    """The task that the last switch of a schedule names, if ``shorter`` lacks that switch; else nothing."""
    return schedule.switches[-1][1] if len(schedule.switches) > len(shorter.switches) else ""


def beginning(schedule: Schedule, length: int) -> Schedule:
    """The schedule with as many switches at most, and all choices."""
    return Schedule(schedule.switches[:length], schedule.choices)


def without(schedule: Schedule, length: int) -> Iterator[Schedule]:
    """The schedule without ``length`` neighbouring deviations, one stretch after the other."""
    switches = len(schedule.switches)
    for start in range(0, len(schedule), length):
        keep = [i for i in range(len(schedule)) if not start <= i < start + length]
        yield Schedule(
            tuple(schedule.switches[i] for i in keep if i < switches),
            tuple(schedule.choices[i - switches] for i in keep if i >= switches),
        )


def with_two_joined(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The blocks with two of one task joined: the later one comes earlier, or the earlier one later."""
    for first, (name, steps) in enumerate(blocks):
        second = next((at for at in range(first + 1, len(blocks)) if blocks[at][0] == name), None)
        if second is not None:
            both = (name, steps + blocks[second][1])
            between = blocks[first + 1 : second]
            yield [*blocks[:first], both, *between, *blocks[second + 1 :]]
            yield [*blocks[:first], *between, both, *blocks[second + 1 :]]
