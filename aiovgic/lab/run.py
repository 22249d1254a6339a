"""run: a scenario once, in default order or live, and everything that can be seen at its end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.engine.live import LiveExecution, run_live
from aiovgic.engine.replaying import replay
from aiovgic.engine.trampoline import STEP_LIMIT
from aiovgic.lab.findings import finding_of, trace_of
from aiovgic.lab.result import Result
from aiovgic.lab.state import State
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.lab.unawaited import every_await
from aiovgic.model.facts import facts
from aiovgic.record.schedule import Schedule
from aiovgic.report.explore import excused_lines
from aiovgic.report.run import run_report
from aiovgic.report.styled import joined

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiovgic.engine.outcome import Outcome
    from aiovgic.record.trace import Trace
    from aiovgic.scenario.player import ScenarioSession
    from aiovgic.scenario.program import ScenarioProgram
    from aiovgic.scenario.scenario import Scenario
    from aiovgic.sync import Runtime


@dataclass(frozen=True, kw_only=True)
class RunResult(Result):
    """One execution: what its steps gave, which vCPU took which interrupt, and the machine at its end."""

    scenario: str
    live: bool
    steps: int
    results: dict[str, Any]
    """By label."""
    delivered: tuple[tuple[int, str], ...]
    """INTID and vCPU, in the order they were taken; what is taken at the end, once all is over, included."""
    reached: tuple[str, ...]
    """What is to happen sometimes, and has happened."""
    state: State = field(repr=False)
    trace: Trace | None = field(default=None, repr=False)
    """The execution, written down, unless it was live."""

    def to_json(self) -> dict[str, Any]:
        return {
            "verb": self.verb,
            "scenario": self.scenario,
            "revision": self.revision,
            "bugs": list(self.bugs),
            "live": self.live,
            "steps": self.steps,
            "seconds": round(self.seconds, 3),
            "results": self.results,
            "delivered": [list(each) for each in self.delivered],
            "reached": list(self.reached),
            "excused": list(self.excused),
            "findings": [msgspec.to_builtins(finding) for finding in self.findings],
            "facts": self.state.things,
        }

    def report(self) -> str:
        how = f"revision {self.under}, {'live' if self.live else 'in default order'}, {self.steps} steps"
        seen = (self.results, self.delivered, self.reached)
        told = run_report(self.scenario, self.findings, how, *seen)
        return joined([told, *excused_lines(self.excused), "", str(self.state)])


class Once:
    """A program that is run once; its session is at hand afterwards."""

    def __init__(self, program: ScenarioProgram) -> None:
        self.program = program
        self.made: ScenarioSession | None = None

    def __call__(self, rt: Runtime) -> ScenarioSession:
        self.made = self.program(rt)
        return self.made

    @property
    def session(self) -> ScenarioSession:
        """The session, once there is one."""
        assert self.made is not None
        return self.made


def run(
    scenario: Scenario | str | Path,
    *,
    live: bool = False,
    revision: str = EXPLORED,
    bugs: Iterable[str | Path] = (),
    strict: bool = False,
) -> RunResult:
    """Run a scenario once: in default order, or ``live`` as asyncio tasks, on uvloop where there is one.

    ``bugs`` go over the revision: ids of the catalogue, or files of a user's own layers. ``strict``: what KVM
    does on purpose is a finding, too.
    Raises ScenarioError, UsageError.
    """
    subject = Subject.of(scenario, revision, bugs, strict=strict)
    once = Once(subject.program)
    began = time.perf_counter()
    trace = None
    with every_await(subject):
        if live:
            outcome: Outcome = run_live(LiveExecution(once, step_limit=STEP_LIMIT).run)
        else:
            again = replay(once, Schedule(), subject.detectors(exact=True).watches)
            outcome, trace = again.outcome, trace_of(subject.head(Schedule()), again)
    session = once.session
    found = [finding_of(subject, outcome, broken, 1, "live" if live else "default order") for broken in outcome.found()]
    return RunResult(
        verb="run",
        revision=revision,
        bugs=subject.bugs,
        seconds=time.perf_counter() - began,
        findings=tuple(msgspec.structs.replace(each, replay="") if live else each for each in found),
        excused=subject.excuses.used_reasons(),
        scenario=subject.called,
        live=live,
        steps=outcome.steps,
        results={label: session.results[label] for label in sorted(session.results)},
        delivered=tuple(session.deliveries.taken),
        reached=tuple(subject.scenario.expectations[number].written for number in session.reached),
        state=state_of(session, outcome.steps),
        trace=trace,
    )


def state_of(session: ScenarioSession, steps: int) -> State:
    """The machine at the end of the run; reading it is no access."""
    session.rt.dead = True
    return State(steps, "", {} if session.machine.session is None else facts(session.vm))
