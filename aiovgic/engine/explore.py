"""A search: one execution after the other, until something breaks or nothing is left to try.

What ends no execution, such as a data race, ends no search, so that its consequence is found too.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from aiovgic.engine.histogram import Histogram
from aiovgic.engine.stage import Stage
from aiovgic.engine.trampoline import Execution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aiovgic.engine.outcome import Outcome
    from aiovgic.engine.program import Program
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.watch import Watch
    from aiovgic.record.finding import Finding


Progress: TypeAlias = "Callable[[Exploration], None]"
"""Shown the search now and then."""

Spent: TypeAlias = Literal["", "budget", "time"]
"""The limit of a search that was reached: executions, or seconds."""


@dataclass
class Exploration:
    """What a search found."""

    broken: Finding | None = None
    """The first finding that ended an execution."""
    found: dict[tuple[object, ...], Finding] = field(default_factory=dict)
    """All findings by identity, each with the first execution that showed it."""
    executions: int = 0
    by_strategy: dict[str, int] = field(default_factory=dict)
    """How many of them each strategy decided, by its name, in the order of their first."""
    pruned: int = 0
    """Executions that were given up early, because what they could still do was tried before; not counted."""
    depth: int = 0
    """Steps of the longest execution."""
    exhausted: bool = False
    """Whether the strategy had nothing left to try; with a bound, that need not be everything."""
    complete: bool = False
    bounded: bool = False
    """Whether an execution was so long that its end was not searched; one that was drawn does not count."""
    interrupted: bool = False
    spent: Spent = ""
    """What ended the search, if it was a limit."""
    seconds: float = 0.0
    reached: Counter[int] = field(default_factory=Counter)
    """In how many executions each of the things that are to happen sometimes has happened."""
    histogram: Histogram = field(default_factory=Histogram)
    """How often each outcome came."""

    @property
    def at_execution(self) -> int:
        """The execution that the first finding ended, counted from 1, or 0."""
        return 0 if self.broken is None else self.broken.at_execution

    def note(self, outcome: Outcome, by: Strategy) -> list[Finding]:
        """One more execution has ended, decided by this strategy. Returns the findings that are new."""
        if outcome.pruned:
            self.pruned += 1
            return self.keep(outcome, by)
        self.executions += 1
        self.by_strategy[by.name] = self.by_strategy.get(by.name, 0) + 1
        self.depth = max(self.depth, outcome.steps)
        self.bounded |= outcome.bounded and not by.samples
        new = self.keep(outcome, by)
        self.histogram.note(outcome)
        if outcome.broken is None:
            self.reached.update(outcome.reached)
        elif self.broken is None:
            self.broken = self.found[outcome.broken.identity]
        return new

    def keep(self, outcome: Outcome, by: Strategy) -> list[Finding]:
        """Keep what is new in an execution, also in one that was given up: it may be the only one that got so far."""
        new: list[Finding] = []
        for each in outcome.found():
            if each.identity not in self.found:
                found = outcome.complete(each, max(self.executions, 1), by.name)
                self.found[each.identity] = found
                new.append(found)
        return new


def executions(program: Program, strategy: Strategy, watches: Sequence[Watch] = ()) -> Iterator[Outcome]:
    """How one execution after the other ended, as long as the strategy has another one to try."""
    stage = Stage(program)
    while True:
        yield Execution(stage, strategy, watches=watches).run()
        if not strategy.end():
            return


def limit_reached(search: Exploration, budget: int | None, began: float, seconds: float | None) -> Spent:
    """The limit that a search has reached."""
    if search.executions == budget:
        return "budget"
    return "time" if seconds is not None and time.perf_counter() - began >= seconds else ""


def explore(  # noqa: PLR0913  one argument an option
    program: Program,
    strategy: Strategy,
    budget: int | None,
    *,
    seconds: float | None = None,
    watches: Sequence[Watch] = (),
    go_on: bool = False,
    stop_at_first: bool = False,
    progress: Progress | None = None,
    found: Callable[[Finding], None] | None = None,
) -> Exploration:
    """Try up to ``budget`` executions, if there is a budget; stops at the first that something ends.

    With ``go_on`` it does not; with ``stop_at_first`` it also stops at the first finding that ends no execution, such
    as a data race. After ``seconds`` no execution begins any more; nothing else depends on time. ``found`` hears of
    each finding after the first execution that shows it, before the next one begins.
    Ctrl-C ends the search and keeps what was found. Raises DivergedError if the program does
    not behave the same twice.
    """
    search = Exploration()
    began = time.perf_counter()
    try:
        for outcome in executions(program, strategy, watches):
            for new in search.note(outcome, strategy):
                if found is not None:
                    found(new)
            if progress is not None:
                progress(search)
            if (search.broken is not None and not go_on) or (search.found and stop_at_first):
                strategy.end()
                break
            limit = limit_reached(search, budget, began, seconds)
            if limit:
                search.exhausted = not strategy.end()
                search.spent = "" if search.exhausted else limit
                break
        else:
            search.exhausted = True
    except KeyboardInterrupt:
        search.interrupted = True
    search.complete = strategy.complete and not search.interrupted and not search.bounded
    search.seconds = time.perf_counter() - began
    return search
