"""replay: one execution again, bit by bit."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.errors import DivergedError, ScenarioError, UsageError
from aiovgic.lab.findings import show
from aiovgic.lab.result import Result
from aiovgic.lab.state import Peek
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.lab.traces import load_trace
from aiovgic.record.schedule import Schedule
from aiovgic.report.explore import excused_lines
from aiovgic.report.finding import finding_report
from aiovgic.report.styled import joined
from aiovgic.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aiovgic.lab.findings import Shown
    from aiovgic.lab.state import State
    from aiovgic.record.finding import Switch
    from aiovgic.record.trace import Trace
    from aiovgic.scenario.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class ReplayResult(Result):
    """One execution, written down."""

    scenario: str
    schedule: str
    trace: Trace = field(repr=False)
    switches: tuple[Switch, ...] = field(default=(), repr=False)
    state: State | None = field(default=None, repr=False)
    """What there was before the step that was asked for."""

    def to_json(self) -> dict[str, Any]:
        return {
            "verb": self.verb,
            "scenario": self.scenario,
            "revision": self.revision,
            "bugs": list(self.bugs),
            "schedule": self.schedule,
            "steps": self.trace.end.steps,
            "digest": self.trace.digest,
            "seconds": round(self.seconds, 3),
            "outcome": self.trace.end.outcome,
            "excused": list(self.excused),
            "findings": [msgspec.to_builtins(finding) for finding in self.findings],
            **({} if self.state is None else {"state": self.state.to_json()}),
        }

    def report(self) -> str:
        state = [] if self.state is None else ["", str(self.state)]
        return joined([self.verdict(), *excused_lines(self.excused), *state])

    def verdict(self) -> str:
        """How the execution ended."""
        steps = f"{self.trace.end.steps} steps, digest {self.trace.digest[:16]}"
        if not self.findings:
            return f"{self.scenario}  nothing found in the replay, {steps}  (revision {self.under})"
        how = f"revision {self.under}, replayed, {steps}"
        told = [finding_report(self.scenario, finding, self.switches, how, None) for finding in self.findings]
        return joined(told, "\n\n")


def replay(  # noqa: PLR0913  one argument an option
    scenario: Scenario | str | Path,
    schedule: Schedule | str,
    *,
    revision: str = EXPLORED,
    bugs: Iterable[str | Path] = (),
    until: int | None = None,
    strict: bool = False,
    outcomes: bool = False,
) -> ReplayResult:
    """Run one schedule; with the state before step ``until``, if asked.

    ``strict``: what KVM does on purpose is a finding, too. ``outcomes``: the execution goes on after a wrong lock
    order, as in a search that counts outcomes.
    Raises UsageError for a schedule that is none or cannot be followed, and for a step that there is not.
    """
    subject = replace(Subject.of(scenario, revision, bugs, strict=strict), outcomes=outcomes)
    parsed = Schedule.parse(schedule) if isinstance(schedule, str) else schedule
    if subject.scenario.body is None:
        check_tasks(parsed, [plan.name for plan in subject.scenario.tasks])
    began = time.perf_counter()
    peek = None if until is None else Peek(subject.program, until)
    try:
        shown = show(subject, parsed, peek=peek)
    except DivergedError as error:
        raise UsageError(f"the schedule cannot be followed: {error}") from None
    return result_of(subject, parsed, shown, time.perf_counter() - began, peek)


def check_tasks(schedule: Schedule, names: Sequence[str]) -> None:
    """Raises UsageError for a task that the scenario does not have."""
    for step, name in (switch for each in schedule.executions for switch in each.switches):
        if name not in names:
            hint = nearest(name, list(names)) or f"; there are {', '.join(names)}"
            raise UsageError(f"step {step}: there is no task {name!r}{hint}")


def replay_trace(path: str | Path, *, bugs: Iterable[str | Path] = (), until: int | None = None) -> ReplayResult:
    """Run what a trace file records, and compare every line; with the state before step ``until``, if asked.

    The scenario is the one inside the trace. Nothing inside the trace is executed: ``bugs`` are the files of
    layers that it was recorded with, and each is executed only if its digest is the recorded one.
    Raises ScenarioError for a file that is no trace, UsageError where scenario, revision, layers or
    package are not those of the recording, DivergedError where an execution differs.
    """
    recorded = load_trace(path)
    head = recorded.head
    check(path, "aiovgic", head.package, version("aiovgic"))
    try:
        subject = Subject.of_trace(str(path), head, map(str, bugs))
        schedule = Schedule.parse(head.schedule)
        check_tasks(schedule, [plan.name for plan in subject.scenario.tasks])
    except (ScenarioError, UsageError) as error:
        raise ScenarioError(f"{path}:1", f"cannot be replayed: {error}") from None
    if head.digest != subject.scenario.digest:
        why = f"the scenario inside the trace has digest {subject.scenario.digest}, its head says {head.digest}"
        raise UsageError(f"{path}:1: {why}: the file was changed; {source_of(path)}")
    here = subject.head(schedule)
    check(path, "points", words(head.points), words(here.points))
    began = time.perf_counter()
    peek = None if until is None else Peek(subject.program, until)
    try:
        shown = show(subject, schedule, strategy=head.strategy, seed=head.seed, peek=peek)
        compare(recorded, shown.trace)
    except DivergedError as error:
        why = "the trace was changed, or another aiovgic wrote it"
        raise DivergedError(f"{error}; {why}: {source_of(path)}") from None
    return result_of(subject, schedule, shown, time.perf_counter() - began, peek)


def check(path: str | Path, what: str, recorded: str, here: str) -> None:
    """Raises UsageError, by name, if something is not what it was."""
    if recorded != here:
        raise UsageError(f"{path}: was recorded with {what} {recorded}; here it is {here}: {source_of(path)}")


def source_of(path: str | Path) -> str:
    """What to do with a trace that cannot be replayed here."""
    return f"'aiovgic timeline {shlex.quote(str(path))} --source' prints the scenario, to explore it again"


def compare(recorded: Trace, again: Trace) -> None:
    """Raises DivergedError with the first event that differs."""
    for number, (old, new) in enumerate(zip_longest(recorded.events, again.events), 2):
        if old != new:
            raise DivergedError(f"line {number} of the trace was {words(old)}; now it is {words(new)}")
    if recorded.end != again.end:
        raise DivergedError(
            f"it ended with {recorded.end.finding or 'nothing'}; now with {again.end.finding or 'nothing'}"
        )


def words(event: object) -> str:
    """An event, or its absence, in one line."""
    return "missing" if event is None else msgspec.json.encode(event).decode()


def result_of(
    subject: Subject, schedule: Schedule, shown: Shown, seconds: float, peek: Peek | None = None
) -> ReplayResult:
    """What came of a replay. Raises UsageError if it ended before the step that was to be looked at."""
    return ReplayResult(
        verb="replay",
        revision=subject.revision,
        bugs=subject.bugs,
        seconds=seconds,
        scenario=subject.called,
        schedule=str(schedule),
        findings=tuple(shown.findings.values()),
        excused=subject.excuses.used_reasons(),
        trace=shown.trace,
        switches=shown.switches,
        state=None if peek is None else peek.after_all(shown.trace.end.steps),
    )
