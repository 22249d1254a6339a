"""explore: every order that matters, until something breaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.engine.explore import Exploration
from aiovgic.engine.explore import explore as search
from aiovgic.errors import DivergedError
from aiovgic.lab.findings import set_up_breaks
from aiovgic.lab.limits import Limits
from aiovgic.lab.progress import of_search
from aiovgic.lab.result import Result
from aiovgic.lab.strategies import DEFAULT_STRATEGY, Way
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.lab.telling import Telling
from aiovgic.lab.unawaited import every_await
from aiovgic.record.finding import Finding
from aiovgic.report.explore import (
    Verdict,
    clean_line,
    excused_lines,
    how_found,
    longer_lines,
    search_lines,
    strategy_lines,
    unreached_lines,
    verdict_of,
)
from aiovgic.report.finding import finding_report
from aiovgic.report.outcomes import outcomes_report
from aiovgic.report.styled import joined
from aiovgic.scenario.user_state import UserState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from aiovgic.engine.explore import Spent
    from aiovgic.engine.histogram import Bar
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.lab.progress import Progress
    from aiovgic.lab.telling import Teller, Told
    from aiovgic.record.trace import Trace
    from aiovgic.scenario.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class ExploreResult(Result):
    """What a search found."""

    scenario: str
    strategy: str
    in_words: str
    """The strategy with its options: of several in turns the one that found something, else the name of them all."""
    seed: int
    executions: int
    complete: bool
    exhausted: bool = False
    """Whether all was tried that the strategy would try; with a bound that need not be everything."""
    interrupted: bool = False
    spent: Spent = ""
    """The limit that ended the search, if one did."""
    longer: tuple[str, ...] = ()
    """Where a limit ended the search: what to ask for to search on, as lines to paste."""
    bars: tuple[Bar, ...] = ()
    """Every outcome, how often it came, and the shortest schedule to it; the most frequent first."""
    histogram: bool = False
    """Whether the caller asked for the outcomes."""
    unreached: tuple[str, ...] = ()
    """What was to happen sometimes, and has not happened in this search."""
    held: tuple[str, ...] = ()
    """What was to happen sometimes, and has happened in every execution: it says nothing of interleavings."""
    by_strategy: Mapping[str, int] = field(default_factory=dict)
    """How many executions each strategy decided."""
    whole: bool = False
    """Whether all orders of the model's operations were tried, whether or not tasks share state of their own."""
    untracked: tuple[str, ...] = ()
    """State of the user's own tasks that the search does not see, and the tasks that share it."""
    shown: tuple[Told, ...] = field(default=(), repr=False)
    """Each finding's execution, written down, in the order of the findings."""

    @property
    def outcomes(self) -> tuple[Mapping[str, Any], ...]:
        """What can be seen at the end of executions that nothing broke, each outcome once."""
        return tuple(bar.seen for bar in self.bars if "broken" not in bar.seen)

    @property
    def not_covered(self) -> tuple[str, ...]:
        """What a search that ran to its end did not cover: state of the user's tasks."""
        return self.untracked

    @property
    def trace(self) -> Trace | None:
        """The first finding's execution."""
        return self.shown[0].trace if self.shown else None

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
            **({"spent": self.spent} if self.spent else {}),
            "seconds": round(self.seconds, 3),
            "by_strategy": dict(self.by_strategy),
            "not_covered": list(self.not_covered),
            "excused": list(self.excused),
            **({"outcomes": [as_data(bar) for bar in self.bars]} if self.histogram else {}),
            "findings": [msgspec.to_builtins(finding) for finding in self.findings],
        }

    def report(self) -> str:
        told = self.findings_report()
        return joined([told, outcomes_report(self.bars)], "\n\n") if self.histogram else told

    @property
    def verdict(self) -> Verdict:
        """How far the search went, in words."""
        return verdict_of(
            self.executions,
            complete=self.complete,
            interrupted=self.interrupted,
            exhausted=self.exhausted,
            spent=self.spent,
            untracked=self.untracked,
            whole=self.whole,
        )

    def findings_report(self) -> str:
        """What was found, or that nothing was."""
        if not self.findings:
            line = clean_line(self.scenario, self.under, self.in_words, self.seconds, self.verdict)
            return joined([line, *unreached_lines(self.unreached), *self.coverage_lines()])
        told = []
        for number, finding in enumerate(self.findings):
            how = how_found(self.under, finding.strategy or self.in_words, finding.at_execution, self.seconds)
            shown = self.shown[number] if self.shown else None
            switches, was = (shown.switches, shown.unshrunk) if shown else ((), None)
            proven = shown is not None and shown.proven
            told.append(finding_report(self.scenario, finding, switches, how, was, proven=proven))
        return joined([joined(told, "\n\n"), *self.coverage_lines()])

    def rest_as(self, shape: str, *, told: bool) -> str:
        """What is still to be said at the end of a search. ``told``: findings were told when they were made."""
        if not told:
            return self.report_as(shape)
        outcomes = [outcomes_report(self.bars)] if self.histogram else []
        return joined(["", *self.coverage_lines(), *outcomes]).rstrip()

    def coverage_lines(self) -> list[str]:
        """The end of every report: how far a search went on after findings, strategies, how to search on, excuses."""
        went_on = self.histogram or self.interrupted or bool(self.spent)
        far = search_lines(self.verdict) if self.findings and went_on else []
        return [
            *far,
            *strategy_lines(self.by_strategy),
            *longer_lines(self.longer),
            *excused_lines(self.excused),
        ]


def explore(  # noqa: PLR0913  one argument an option
    scenario: Scenario | str | Path,
    *,
    strategy: str | Way = DEFAULT_STRATEGY,
    budget: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    revision: str = EXPLORED,
    bugs: Iterable[str | Path] = (),
    outcomes: bool = False,
    stop_at_first: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
    teller: Teller | None = None,
) -> ExploreResult:
    """Search until a finding ends an execution. Each finding is written down and shrunk when it is made.

    The search has ``budget`` executions (10,000 if it has no other limit), and begins none after ``seconds``.
    A data race, for one, ends no execution: the search goes on to its consequence, unless it is to
    ``stop_at_first``. With ``outcomes`` it goes on after every finding, and counts all outcomes.
    ``bugs`` go over the revision: ids of the catalogue, or files of a user's own layers.
    ``teller`` hears of each finding when it is made. ``strict``: what KVM does on purpose is a finding, too.
    Raises ScenarioError, UsageError; DivergedError if the model is not deterministic.
    """
    subject = Subject.of(scenario, revision, bugs, strict=strict)
    limits = Limits(budget, seconds, outcomes, stop_at_first)
    limits.check()
    way = strategy if isinstance(strategy, Way) else Way(strategy)
    searching = way.make(seed)
    telling = Telling(subject, outcomes=outcomes, seed=seed, teller=teller)
    early = set_up_breaks(subject)
    state = UserState.of(subject.scenario, subject.layers)
    try:
        found = Exploration() if early else searched(telling, searching, limits, progress, state)
        return result_of(found, telling, way, limits, early, state.untracked())
    except DivergedError as error:
        raise state.explains(error) from None


def result_of(
    found: Exploration, telling: Telling, way: Way, limits: Limits, early: Finding | None, untracked: tuple[str, ...]
) -> ExploreResult:
    """The result of a search; ``early`` is what the set-up of the machine broke already.

    ``untracked`` is state of the user's tasks that the search did not see: it is not complete then.
    """
    subject = telling.subject
    unreached = unreached_of(subject.scenario, found) if found.broken is None else ()
    shown = tuple(telling.rest(each, interrupted=found.interrupted) for each in in_order(found))
    complete = found.complete and not untracked
    never = tuple(map(never_reached, unreached)) if complete and not shown else ()
    return ExploreResult(
        verb="explore",
        revision=subject.revision,
        bugs=subject.bugs,
        seconds=telling.clock() - telling.began,
        scenario=subject.called,
        strategy=way.strategy,
        in_words=shown[0].finding.strategy if shown else way.in_words(found.by_strategy),
        seed=telling.seed,
        executions=found.executions,
        complete=complete,
        whole=found.complete,
        untracked=untracked,
        exhausted=found.exhausted,
        spent=found.spent,
        longer=limits.longer(subject, way, telling.seed) if found.spent else (),
        interrupted=found.interrupted or any(each.interrupted for each in shown),
        bars=tuple(found.histogram.sorted()),
        histogram=limits.outcomes,
        by_strategy=found.by_strategy,
        excused=subject.excuses.used_reasons(),
        unreached=unreached,
        held=held_of(subject.scenario, found),
        findings=(early,) if early else tuple(each.finding for each in shown) or never,
        shown=shown,
    )


def searched(
    telling: Telling, strategy: Strategy, limits: Limits, progress: Progress | None, state: UserState
) -> Exploration:
    """The search itself; each finding is told when it is made."""

    def tell(finding: Finding) -> None:
        if not is_told(finding, [each.finding for each in telling.told.values()]):
            telling(finding)

    with every_await(telling.subject):
        return search(
            telling.subject.program_with(state),
            strategy,
            limits.executions,
            seconds=limits.seconds,
            watches=telling.detectors.watches,
            go_on=limits.outcomes,
            stop_at_first=limits.stop_at_first,
            progress=of_search(progress, limits.executions),
            found=tell,
        )


def as_data(bar: Bar) -> dict[str, Any]:
    """An outcome as ``--json`` prints it."""
    return {"count": bar.count, "schedule": str(bar.schedule), "seen": bar.seen}


def in_order(found: Exploration) -> list[Finding]:
    """What was found: first what ended the search, then what was found on the way, data races last.

    A possible use after free is left out if an actual use of the same freed object was found.
    """
    everything = found.found.values()
    used = [each.freed for each in everything if each.ends and each.freed]
    told = [each for each in everything if each.ends or each.freed not in used]
    return sorted(told, key=lambda each: (not each.ends, each.kind == "data-race"))


def is_told(finding: Finding, told: Iterable[Finding]) -> bool:
    """Whether a possible use after free is one that happened, as a finding that was told says."""
    return not finding.ends and bool(finding.freed) and finding.freed in [each.freed for each in told if each.ends]


def unreached_of(scenario: Scenario, found: Exploration) -> tuple[str, ...]:
    """What was to happen sometimes, and has not."""
    return tuple(
        expectation.placed
        for number, expectation in enumerate(scenario.expectations)
        if expectation.when == "sometimes" and number not in found.reached
    )


def held_of(scenario: Scenario, found: Exploration) -> tuple[str, ...]:
    """What was to happen sometimes, and has happened each time; of no execution there is nothing to say."""
    if not found.executions:
        return ()
    return tuple(
        expectation.placed
        for number, expectation in enumerate(scenario.expectations)
        if expectation.when == "sometimes" and found.reached[number] == found.executions
    )


def never_reached(written: str) -> Finding:
    """The finding that something which is to happen sometimes happens never."""
    return Finding(kind="expectation", rule="sometimes", title=f"no execution reaches {written}")
