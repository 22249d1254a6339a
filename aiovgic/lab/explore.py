"""explore: every order that matters, until something breaks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.engine.explore import explore as search
from aiovgic.engine.shrink import Shrinker
from aiovgic.errors import UsageError
from aiovgic.lab.findings import show
from aiovgic.lab.result import Result
from aiovgic.lab.strategies import DEFAULT_STRATEGY, Way
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.record.finding import Finding
from aiovgic.report.explore import clean_line, extent_of, how_found, unreached_lines
from aiovgic.report.finding import finding_report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiovgic.engine.explore import Exploration, Progress
    from aiovgic.engine.outcome import Outcome
    from aiovgic.record.finding import Switch
    from aiovgic.record.trace import Trace
    from aiovgic.scenario.scenario import Scenario

DEFAULT_BUDGET = 10_000


@dataclass(frozen=True, kw_only=True)
class ExploreResult(Result):
    """What a search found."""

    scenario: str
    strategy: str
    in_words: str
    """The strategy with its options; of a portfolio, the one that found something."""
    seed: int
    executions: int
    complete: bool
    exhausted: bool = False
    """Whether all was tried that the strategy would try; with a bound that need not be everything."""
    interrupted: bool = False
    outcomes: tuple[dict[str, Any], ...] = ()
    """Different outcomes, in the order they were first seen."""
    unreached: tuple[str, ...] = ()
    """What was to happen sometimes, and has not happened in this search."""
    trace: Trace | None = field(default=None, repr=False)
    """The execution that broke, written down."""
    switches: tuple[Switch, ...] = field(default=(), repr=False)
    unshrunk: int = 0
    """Deviations of the schedule that was found first."""

    def to_json(self) -> dict[str, Any]:
        return {
            "verb": self.verb,
            "scenario": self.scenario,
            "revision": self.revision,
            "bugs": list(self.bugs),
            "strategy": self.strategy,
            "in_words": self.in_words,
            "seed": self.seed,
            "executions": self.executions,
            "complete": self.complete,
            **({"interrupted": True} if self.interrupted else {}),
            "seconds": round(self.seconds, 3),
            "findings": [msgspec.to_builtins(finding) for finding in self.findings],
        }

    def report(self) -> str:
        finding = self.finding
        if finding is None:
            extent = extent_of(complete=self.complete, interrupted=self.interrupted, exhausted=self.exhausted)
            line = clean_line(self.scenario, self.under, self.in_words, self.executions, self.seconds, extent)
            return "\n".join([line, *unreached_lines(self.unreached)])
        how = how_found(self.under, self.in_words, finding.at_execution, self.seconds)
        return finding_report(self.scenario, finding, self.switches, how, self.unshrunk)


def explore(  # noqa: PLR0913  one argument an option
    scenario: Scenario | str | Path,
    *,
    strategy: str | Way = DEFAULT_STRATEGY,
    budget: int = DEFAULT_BUDGET,
    seed: int = 0,
    revision: str = EXPLORED,
    bugs: Iterable[str | Path] = (),
    progress: Progress | None = None,
) -> ExploreResult:
    """Try up to ``budget`` executions; the first that breaks something is shrunk and written down.

    ``bugs`` go over the revision: ids of the catalogue, or files of a user's own layers.
    Raises ScenarioError, UsageError; DivergedError if the model is not deterministic.
    """
    subject = Subject.of(scenario, revision, bugs)
    if budget < 1:
        raise UsageError(f"the budget must be at least one execution, not {budget}")
    way = strategy if isinstance(strategy, Way) else Way(strategy)
    searching = way.make(seed)
    in_words = searching.name
    began = time.perf_counter()
    found = search(subject.program, searching, budget, progress=progress)
    result = ExploreResult(
        verb="explore",
        revision=revision,
        bugs=subject.bugs,
        seconds=found.seconds,
        scenario=subject.called,
        strategy=way.strategy,
        in_words=in_words if found.broken is None else found.found_by,
        seed=seed,
        executions=found.executions,
        complete=found.complete,
        exhausted=found.exhausted,
        interrupted=found.interrupted,
        outcomes=tuple(found.seen),
    )
    if found.broken is None:
        unreached = unreached_of(subject.scenario, found)
        findings = tuple(map(never_reached, unreached)) if found.complete else ()
        return replace(result, unreached=unreached, findings=findings)
    told = told_of(subject, found, found.broken, seed)
    return replace(result, seconds=time.perf_counter() - began, **told)


def told_of(subject: Subject, found: Exploration, broken: Outcome, seed: int) -> dict[str, Any]:
    """What a result says of an execution that broke: shrunk, replayed and written down."""
    smallest = Shrinker(subject.program, broken).shrink()
    shown = show(subject, smallest.schedule, at_execution=found.at_execution, strategy=found.found_by, seed=seed)
    assert shown.finding is not None, "a broken execution was not broken when replayed"
    return {
        "findings": (shown.finding,),
        "trace": shown.trace,
        "switches": shown.switches,
        "unshrunk": len(broken.schedule),
    }


def unreached_of(scenario: Scenario, found: Exploration) -> tuple[str, ...]:
    """What was to happen sometimes, and has not."""
    return tuple(
        f"line {expectation.line}: {expectation.written}"
        for number, expectation in enumerate(scenario.expectations)
        if expectation.when == "sometimes" and number not in found.reached
    )


def never_reached(written: str) -> Finding:
    """The finding that something which is to happen sometimes happens never."""
    return Finding(kind="expectation", rule="sometimes", title=f"no execution reaches {written}")
