"""stress: a scenario live, again and again, with every LPI accounted for.

Every random decision is drawn from the seed: round ``n`` (from 1) of seed ``s`` draws what round 1 of seed
``s + n - 1`` draws. Which of several ready tasks the event loop resumes first is not drawn, and no loop promises it.
A schedule that always repeats comes from ``explore``.
"""

from __future__ import annotations

import math
import shlex
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.engine.live import LiveExecution, run_live
from aiovgic.engine.trampoline import STEP_LIMIT
from aiovgic.errors import UsageError
from aiovgic.lab.result import Result
from aiovgic.lab.strategies import check_seed
from aiovgic.lab.stress_program import StressProgram
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.lab.unawaited import every_await
from aiovgic.record.finding import Finding
from aiovgic.report.stress import StressSummary, stress_report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiovgic.engine.outcome import Outcome
    from aiovgic.lab.ledger import Totals
    from aiovgic.lab.progress import Progress
    from aiovgic.record.finding import Finding
    from aiovgic.scenario.scenario import Scenario

DEFAULT_SECONDS = 10.0
DEFAULT_CHAOS = 0.2
"""How likely a task lets others run at a point: often enough to mix them, seldom enough to go deep."""

MOST_FINDINGS = 20
"""Different findings that are kept; a scenario that shows more is broken altogether."""


@dataclass(frozen=True, kw_only=True)
class StressResult(Result):
    """What came of a time of stress."""

    scenario: str
    seed: int
    chaos: float
    rounds: int
    operations: int
    """Steps of tasks that have ended, a command of an ITS counting as its two: the entry, and the doorbell."""
    points: int
    """Operations on locks, shared words and the like."""
    balanced: int
    """Rounds that broke nothing."""
    lpis: Totals
    """What became of the LPIs of those."""
    interrupted: bool = False
    unreached: tuple[str, ...] = ()
    """What was to happen sometimes, and has not happened so far."""
    shown_by: tuple[int, ...] = ()
    """How many rounds showed each finding."""
    explore_line: str = field(default="", repr=False)
    """The command that searches for the schedule of what was found."""

    def to_json(self) -> dict[str, Any]:
        return {
            "verb": self.verb,
            "scenario": self.scenario,
            "revision": self.revision,
            "bugs": list(self.bugs),
            "seed": self.seed,
            "chaos": self.chaos,
            "seconds": round(self.seconds, 3),
            "rounds": self.rounds,
            **({"interrupted": True} if self.interrupted else {}),
            "operations": self.operations,
            "points": self.points,
            "balanced": self.balanced,
            "lpis": self.lpis.to_json(),
            "unreached": list(self.unreached),
            "excused": list(self.excused),
            "findings": [
                {**msgspec.to_builtins(finding), "rounds": rounds, "explore": self.explore_line}
                for finding, rounds in zip(self.findings, self.shown_by, strict=True)
            ],
        }

    def report(self) -> str:
        summary = StressSummary(
            self.scenario,
            self.under,
            self.seed,
            self.chaos,
            self.seconds,
            self.rounds,
            self.balanced,
            self.operations,
            self.points,
            self.lpis.to_json(),
            interrupted=self.interrupted,
            unreached=self.unreached,
            explore=self.explore_line,
            excused=self.excused,
        )
        return stress_report(summary, list(zip(self.findings, self.shown_by, strict=True)))


class Stress:
    """A time of stress, under way: what has been found so far is always at hand."""

    def __init__(self, subject: Subject, seed: int, chaos: float) -> None:
        plain = subject.program
        self.subject = subject
        self.program = StressProgram(plain.scenario, plain.layers, plain.excuses)
        self.seed = seed
        self.chaos = chaos
        self.rounds = 0
        self.balanced = 0
        self.points = 0
        self.reached: dict[int, bool] = {}
        self.findings: dict[tuple[object, ...], Finding] = {}
        self.shown_by: Counter[tuple[object, ...]] = Counter()

    async def run(self, seconds: float, rounds: int | None, progress: Progress | None) -> None:
        """Rounds until the time is over, or so many of them."""
        began = time.perf_counter()
        while rounds is None or self.rounds < rounds:
            await self.round()
            spent = time.perf_counter() - began
            if progress is not None:
                progress(int(spent), int(seconds))
            if spent >= seconds:
                return

    async def round(self) -> None:
        """One race on a fresh machine."""
        seed = self.seed + self.rounds
        outcome = await LiveExecution(self.program, chaos=self.chaos, seed=seed, step_limit=STEP_LIMIT).run()
        self.rounds += 1
        self.points += outcome.steps
        if outcome.broken is None:
            self.balanced += 1
            self.reached.update(dict.fromkeys(outcome.reached, True))
        else:
            self.found(outcome, outcome.broken, seed)

    def found(self, outcome: Outcome, broken: Finding, seed: int) -> None:
        """A round broke something: the same thing is told once, with the first round that showed it."""
        identity = broken.identity
        if identity not in self.findings:
            if len(self.findings) == MOST_FINDINGS:
                return
            self.findings[identity] = msgspec.structs.replace(
                broken, at_execution=self.rounds, steps=outcome.steps, replay=self.repeat_line(seed)
            )
        self.shown_by[identity] += 1

    def repeat_line(self, seed: int) -> str:
        """The command that draws the same again."""
        words = ["aiovgic", "stress", self.subject.called, "--seed", str(seed), "--rounds", "1"]
        if self.chaos != DEFAULT_CHAOS:
            words += ["--chaos", str(self.chaos)]
        return shlex.join(words + self.which())

    def explore_line(self) -> str:
        """The command that searches for the schedule."""
        return shlex.join(["aiovgic", "explore", self.subject.called, *self.which()])

    def which(self) -> list[str]:
        """The options that say which KVM."""
        words = [] if self.subject.revision == EXPLORED else ["--revision", self.subject.revision]
        return words + [word for bug in self.subject.bugs for word in ("--bug", bug)]

    def unreached(self) -> tuple[str, ...]:
        """What was to happen sometimes, and has not so far."""
        return tuple(
            expectation.placed
            for number, expectation in enumerate(self.subject.scenario.expectations)
            if expectation.when == "sometimes" and number not in self.reached
        )


def stress(  # noqa: PLR0913  each has its default
    scenario: Scenario | str | Path,
    *,
    seconds: float = DEFAULT_SECONDS,
    rounds: int | None = None,
    seed: int = 0,
    chaos: float = DEFAULT_CHAOS,
    revision: str = EXPLORED,
    bugs: Iterable[str | Path] = (),
    progress: Progress | None = None,
) -> StressResult:
    """Race a scenario live for a time, or for so many rounds; everything that breaks is told once.

    ``chaos``: how likely a task lets others run at a point, 0 to 1. ``bugs`` go over the revision: ids of
    the catalogue, or files of a user's own layers. Ctrl-C ends it and keeps what was found.
    Raises ScenarioError, UsageError.
    """
    subject = Subject.of(scenario, revision, bugs)
    check(seconds, rounds, chaos)
    check_seed(seed)
    under_way = Stress(subject, seed, chaos)
    began = time.perf_counter()
    interrupted = False
    try:
        with every_await(subject):
            run_live(lambda: under_way.run(seconds, rounds, progress))
    except KeyboardInterrupt:
        interrupted = True
    return StressResult(
        verb="stress",
        revision=revision,
        bugs=subject.bugs,
        seconds=time.perf_counter() - began,
        scenario=subject.called,
        seed=seed,
        chaos=chaos,
        rounds=under_way.rounds,
        operations=under_way.program.operations,
        points=under_way.points,
        balanced=under_way.balanced,
        lpis=under_way.program.totals,
        interrupted=interrupted,
        unreached=under_way.unreached(),
        excused=subject.excuses.used_reasons(),
        findings=tuple(under_way.findings.values()),
        shown_by=tuple(under_way.shown_by[identity] for identity in under_way.findings),
        explore_line=under_way.explore_line(),
    )


def check(seconds: float, rounds: int | None, chaos: float) -> None:
    """Raises UsageError for what cannot be."""
    if not 0 < seconds < math.inf:
        raise UsageError(f"stress takes some time, not {seconds:g} seconds")
    if rounds is not None and rounds < 1:
        raise UsageError(f"there must be at least one round, not {rounds}")
    if not 0 <= chaos <= 1:
        raise UsageError(f"chaos is a probability, 0 to 1, not {chaos:g}")
