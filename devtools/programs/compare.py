"""Does a strategy see all that there is? Compared with a search that leaves nothing out, with all detectors on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import Exploration, executions
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.watch import Watch
from aiovgic.sync import LockOrder
from devtools.programs.player import ToyProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aiovgic.engine.outcome import Outcome
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.record.finding import Finding
    from devtools.programs.instructions import Listing

SHOWN = 3
"""Differences of a kind that are shown."""

LOCK_ORDER = LockOrder(chains=(("commands", "m", "a", "b"),), irq_safe=("i",))
"""The order in which toys may take their locks."""


class Ending(Watch):
    """Hears that no task can go on, so that the execution has an end, whatever is found there."""

    def __init__(self, program: ToyProgram) -> None:
        self.program = program

    def end(self) -> None:
        assert self.program.last is not None
        self.program.last.journal.over = True


@dataclass
class Seen:
    """What a search saw of a program, each thing with the first schedule to it."""

    executions: int = 0
    pruned: int = 0
    complete: bool = False
    raised: str = ""
    """What the search raised instead of going on."""
    traces: dict[str, str] = field(default_factory=dict)
    """Mazurkiewicz traces of the executions that nothing cut short."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """What the tasks read and the state at the end, of the same executions."""
    findings: dict[str, str] = field(default_factory=dict)
    """Kind, rule, task, object and field of every finding."""
    locks: dict[str, str] = field(default_factory=dict)
    """Lock classes that were taken inside others, in handlers, or with interrupts on, over all executions."""


class Look:
    """One search of a program, on after what breaks, until the strategy has no more to try or a limit is reached.

    A ``bare`` search looks for data races only, so that executions go on to their deadlocks.
    """

    def __init__(self, listing: Listing, strategy: Strategy, limit: int, *, bare: bool = False) -> None:
        self.program = ToyProgram(listing)
        self.strategy = strategy
        self.limit = limit
        self.detectors = Detectors(LOCK_ORDER, go_on=True)
        self.watches = (*((self.detectors.races,) if bare else self.detectors.watches), Ending(self.program))
        self.seen = Seen()
        self.search = Exploration()

    def run(self) -> Seen:
        """All of it."""
        seen, search = self.seen, self.search
        try:
            for outcome in executions(self.program, self.strategy, self.watches):
                self.note(outcome)
                if search.executions >= self.limit:
                    break
        except Exception as error:  # noqa: BLE001  a search that fails is a difference to report
            seen.raised = f"{type(error).__name__}: {error}"
        seen.executions, seen.pruned = search.executions, search.pruned
        seen.complete = self.strategy.complete
        seen.findings = {key_of(each): each.schedule for each in search.found.values()}
        return seen

    def note(self, outcome: Outcome) -> None:
        """One more execution."""
        seen = self.seen
        self.search.note(outcome, self.strategy)
        schedule = str(outcome.schedule)
        self.note_locks(schedule)
        assert self.program.last is not None
        if self.program.last.journal.over:
            seen.traces.setdefault(self.program.last.journal.key().hex(), schedule)
            seen.outcomes.setdefault(json.dumps(self.program.last.outcome(), sort_keys=True), schedule)

    def note_locks(self, schedule: str) -> None:
        """What lockdep has learnt of this execution."""
        graph = self.detectors.lockdep.graph
        learnt = [f"{outer} > {inner}" for outer, edges in graph.edges.items() for inner in edges]
        learnt += [f"handlers take {cls}" for cls in graph.safe] + [f"{cls} with interrupts on" for cls in graph.unsafe]
        for each in learnt:
            self.seen.locks.setdefault(each, schedule)


def key_of(finding: Finding) -> str:
    """A finding without its schedule and lines.

    Of several circles of locks the one is reported that closes first, so circles only count as one.
    """
    if finding.rule == "circular":
        return f"{finding.kind}/{finding.rule}"
    if finding.classes:
        return f"{finding.kind}/{finding.rule} of {' '.join(finding.classes)}"
    places = sorted(f"{place.task}: {place.object}.{place.field}" for place in finding.places)
    return f"{finding.kind}/{finding.rule} at {', '.join(places)}"


def look(listing: Listing, strategy: Strategy, limit: int, *, bare: bool = False) -> Seen:
    """Search a program with a strategy, for so many executions at most, with all detectors or for data races only."""
    return Look(listing, strategy, limit, bare=bare).run()


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
        if self.seen.raised != self.reference.raised:
            yield f"{self.strategy} raises {self.seen.raised or 'nothing'}"
        for what in ("traces", "outcomes", "findings", "locks"):
            all_there, here = getattr(self.reference, what), getattr(self.seen, what)
            yield from self.only("misses", what, all_there, here)
            yield from self.only("invents", what, here, all_there)
        if not self.seen.complete:
            yield f"{self.strategy} does not say that it is complete"

    def only(self, verb: str, what: str, mine: Mapping[str, str], others: Mapping[str, str]) -> Iterable[str]:
        """What is in one and not in the other, the first few with a schedule."""
        missing = [key for key in mine if key not in others]
        if missing:
            yield f"{self.strategy} {verb} {len(missing)} of {len(mine)} {what}"
        for key in missing[:SHOWN]:
            shown = "" if what == "traces" else f": {key}"
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
    kinds: dict[str, int] = field(default_factory=dict)
    """Findings of the reference by kind and rule."""
    reference_executions: int = 0
    executions: int = 0
    pruned: int = 0
    missed: list[Comparison] = field(default_factory=list)

    def note(self, comparison: Comparison) -> None:
        """One more program was compared."""
        reference, seen = comparison.reference, comparison.seen
        self.programs += 1
        self.traces += len(reference.traces)
        self.outcomes += len(reference.outcomes)
        self.findings += len(reference.findings)
        for finding in reference.findings:
            kind = finding.split(" ", 1)[0]
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.reference_executions += reference.executions
        self.executions += seen.executions
        self.pruned += seen.pruned
        if not comparison.good:
            self.missed.append(comparison)

    def by_kind(self) -> str:
        """How many findings of each kind and rule there were."""
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))

    def __str__(self) -> str:
        return (
            f"{self.programs} programs ({self.too_large} larger ones left out): {self.traces} traces, "
            f"{self.outcomes} outcomes, {self.findings} findings; {self.reference_executions} executions "
            f"of the reference, {self.executions} of the strategy and {self.pruned} that it gave up; "
            f"{len(self.missed)} programs with differences"
        )


def compare(
    listing: Listing,
    make: Callable[[], Strategy],
    limit: int,
    reference: Callable[[], Strategy] = DfsStrategy,
    *,
    bare: bool = False,
) -> Comparison | None:
    """A strategy against naive DFS on one program; None if that needs more executions than the limit."""
    everything = look(listing, reference(), limit, bare=bare)
    if not everything.complete and not everything.raised:
        return None
    strategy = make()
    return Comparison(listing, strategy.name, everything, look(listing, strategy, limit * 2, bare=bare))


def compare_all(
    listings: Iterable[Listing],
    make: Callable[[], Strategy],
    *,
    limit: int,
    reference: Callable[[], Strategy] = DfsStrategy,
    bare: bool = False,
) -> Totals:
    """All of these programs that are small enough, compared."""
    totals = Totals()
    for listing in listings:
        comparison = compare(listing, make, limit, reference, bare=bare)
        if comparison is None:
            totals.too_large += 1
        else:
            totals.note(comparison)
    return totals
