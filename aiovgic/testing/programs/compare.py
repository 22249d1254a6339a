"""Does a strategy see all that there is? Compared with a search that leaves nothing out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from math import factorial, prod
from typing import TYPE_CHECKING

from aiovgic.engine.explore import executions
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.watch import Watch
from aiovgic.testing.programs.draw import draw
from aiovgic.testing.programs.player import ToyProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aiovgic.engine.outcome import Outcome
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.record.schedule import Schedule
    from aiovgic.testing.programs.instructions import Listing

HOPE = 2
"""By how much a program may seem too large and is still tried: locks keep many orders from happening."""

AT_THE_END = ("deadlock", "lost-wakeup")
"""What is found when nobody can go on, and cuts nothing short."""

SHOWN = 3
"""Differences of a kind that are shown."""


@dataclass
class Seen:
    """What a search saw of a program, with the first schedule to each."""

    executions: int = 0
    complete: bool = False
    traces: dict[bytes, Schedule] = field(default_factory=dict)
    """Mazurkiewicz traces of the executions that nothing cut short."""
    outcomes: dict[str, Schedule] = field(default_factory=dict)
    findings: dict[str, Schedule] = field(default_factory=dict)
    """What was broken: kind, rule and places."""

    def note(self, program: ToyProgram, outcome: Outcome) -> None:
        """One more execution; one that was given up counts for nothing."""
        if outcome.pruned:
            return
        self.executions += 1
        assert program.last is not None
        broken = outcome.broken
        if broken is None or broken.kind in AT_THE_END:
            self.traces.setdefault(program.last.journal.key(), outcome.schedule)
        if broken is None:
            self.outcomes.setdefault(json.dumps(outcome.seen, sort_keys=True), outcome.schedule)
        else:
            self.findings.setdefault(repr(broken.identity), outcome.schedule)


def look(listing: Listing, strategy: Strategy, limit: int) -> Seen:
    """Search a program, on after what breaks, until the strategy has no more to try or the limit is reached."""
    seen = Seen()
    program = ToyProgram(listing)
    watched = (Watch(),)  # so that every operation is a step, though nobody else be there
    for outcome in executions(program, strategy, watched):
        seen.note(program, outcome)
        if seen.executions >= limit:
            break
    seen.complete = strategy.complete
    return seen


@dataclass
class Comparison:
    """What one search saw of a program and another did not."""

    listing: Listing
    strategy: str
    reference: Seen
    seen: Seen

    @property
    def good(self) -> bool:
        """Whether both saw the same."""
        return not any(self.differences())

    def differences(self) -> Iterable[str]:
        """Everything that only one of them saw, in words, with a schedule to it."""
        for what in ("traces", "outcomes", "findings"):
            all_there, here = getattr(self.reference, what), getattr(self.seen, what)
            yield from self.only("misses", what, all_there, here)
            yield from self.only("invents", what, here, all_there)
        if not self.seen.complete:
            yield f"{self.strategy} does not say that it is complete"

    def only(
        self, verb: str, what: str, mine: Mapping[bytes | str, Schedule], others: Mapping[bytes | str, Schedule]
    ) -> Iterable[str]:
        """What is in one and not in the other, the first few with a schedule."""
        missing = [key for key in mine if key not in others]
        if missing:
            yield f"{self.strategy} {verb} {len(missing)} of {len(mine)} {what}"
        for key in missing[:SHOWN]:
            shown = f": {key}" if isinstance(key, str) else ""
            yield f"    '{mine[key]}'{shown}"

    def __str__(self) -> str:
        return "\n".join([str(self.listing), *(f"  {line}" for line in self.differences())])


@dataclass
class Totals:
    """What a whole run of comparisons came to."""

    programs: int = 0
    too_large: int = 0
    traces: int = 0
    outcomes: int = 0
    findings: int = 0
    reference_executions: int = 0
    executions: int = 0
    missed: list[Comparison] = field(default_factory=list)

    def note(self, comparison: Comparison) -> None:
        """One more program was compared."""
        self.programs += 1
        self.traces += len(comparison.reference.traces)
        self.outcomes += len(comparison.reference.outcomes)
        self.findings += len(comparison.reference.findings)
        self.reference_executions += comparison.reference.executions
        self.executions += comparison.seen.executions
        if not comparison.good:
            self.missed.append(comparison)

    def __str__(self) -> str:
        return (
            f"{self.programs} programs ({self.too_large} larger ones left out): {self.traces} traces, "
            f"{self.outcomes} outcomes, {self.findings} findings; {self.reference_executions} executions "
            f"of the reference, {self.executions} of the strategy; {len(self.missed)} programs with differences"
        )


def orders(listing: Listing) -> int:
    """In how many orders the steps of the plain execution could be done, if nobody ever waited."""
    program = ToyProgram(listing)
    next(executions(program, DfsStrategy(), (Watch(),)))
    assert program.last is not None
    counts = program.last.journal.counts.values()
    return factorial(sum(counts)) // prod(map(factorial, counts))


def compare(
    listing: Listing, make: Callable[[], Strategy], limit: int, reference: Callable[[], Strategy] = DfsStrategy
) -> Comparison | None:
    """A strategy against naive DFS on one program; None if that needs more executions than the limit."""
    if orders(listing) > limit * HOPE:
        return None
    everything = look(listing, reference(), limit)
    if not everything.complete:
        return None
    strategy = make()
    return Comparison(listing, strategy.name, everything, look(listing, strategy, limit * 2))


def compare_all(
    make: Callable[[], Strategy], *, programs: int, limit: int, reference: Callable[[], Strategy] = DfsStrategy
) -> Totals:
    """The first so many programs that are small enough, compared."""
    totals = Totals()
    for seed in count():
        comparison = compare(draw(seed), make, limit, reference)
        if comparison is None:
            totals.too_large += 1
            continue
        totals.note(comparison)
        if totals.programs == programs:
            break
    return totals
