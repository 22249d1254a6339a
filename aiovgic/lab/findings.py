"""From a broken outcome to a finding: replayed, written down, and told."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from aiovgic.engine.outcome import NULL_POINTER, fault_in
from aiovgic.engine.replaying import replay_after
from aiovgic.engine.stage import Stage
from aiovgic.engine.witness import Witness
from aiovgic.errors import AiovgicError, ScenarioError
from aiovgic.lab.unawaited import every_await
from aiovgic.record.finding import Violation
from aiovgic.record.schedule import Schedule
from aiovgic.record.trace import End, FoundEvent, Trace, make_trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.engine.detect import Detectors
    from aiovgic.engine.outcome import Outcome
    from aiovgic.engine.replaying import Replayed
    from aiovgic.lab.state import Peek
    from aiovgic.lab.subject import Subject
    from aiovgic.record.finding import Finding, Switch
    from aiovgic.record.trace import Head


REPORT_IT = "this is a fault of aiovgic's model, and no fault of the scenario: please report it with its trace"


@dataclass(frozen=True)
class Shown:
    """One execution, written down: its trace, its deviations, and what it broke."""

    trace: Trace
    switches: tuple[Switch, ...]
    findings: Mapping[tuple[object, ...], Finding]
    """By identity; what ended the execution comes first."""


def show(  # noqa: PLR0913  a trace says all of this
    subject: Subject,
    schedule: Schedule,
    *,
    detectors: Detectors | None = None,
    at_execution: int = 0,
    strategy: str = "replay",
    seed: int = 0,
    peek: Peek | None = None,
) -> Shown:
    """Replay a schedule and write it down, with the search that found it. Raises DivergedError where that fails.

    ``peek`` looks at the execution on its way.
    """
    rules = subject.detectors() if detectors is None else detectors
    with every_await(subject):
        program = subject.program if peek is None else peek.program
        again = replay_after(program, schedule, rules, *(() if peek is None else (peek,)), exact=True)
    outcome = witnessed(subject, schedule, again.outcome, rules)
    found = (finding_of(subject, outcome, each, at_execution, strategy) for each in outcome.found())
    findings = {each.identity: each for each in found}
    head = subject.head(schedule, strategy, seed)
    return Shown(trace_of(head, again), again.switches, findings)


def witnessed(subject: Subject, schedule: Schedule, outcome: Outcome, detectors: Detectors) -> Outcome:
    """An outcome that breaks a rule of quiet points, with the last accesses of the fields that the rule is about.

    They are collected in one more execution, since only now it is known which fields these are.
    """
    broken = outcome.broken
    if broken is None or not broken.about:
        return outcome
    witness = Witness(broken.about)
    replay_after(subject.program, schedule, detectors, witness)
    return dataclasses.replace(outcome, broken=broken.after(*broken.history, *witness.history()))


def set_up_breaks(subject: Subject) -> Finding | None:
    """What the set-up breaks already, where something is planted: no schedule plays a part in it."""
    if not subject.planted:
        return None
    try:
        with every_await(subject):
            Stage(subject.program)
    except AiovgicError as error:
        broken = error.__cause__ if isinstance(error, ScenarioError) else error
        if not isinstance(broken, Violation):
            raise
        found = broken.finding
    except Exception as error:  # noqa: BLE001  what the model raises is the model's bug
        found = fault_in(error, "setup")
    else:
        return None
    return msgspec.structs.replace(found, title=f"in the set-up of the machine: {found.title}", at_execution=1)


def finding_of(subject: Subject, outcome: Outcome, broken: Finding, at_execution: int, strategy: str) -> Finding:
    """A finding of an outcome, with the command that shows it again."""
    complete = outcome.complete(broken, at_execution, strategy)
    if complete.kind == "model-bug" and complete.rule != NULL_POINTER and not subject.planted:
        complete = msgspec.structs.replace(complete, saw=(*complete.saw, REPORT_IT))
    return msgspec.structs.replace(complete, replay=subject.replay_line(Schedule.parse(complete.schedule)))


def trace_of(head: Head, again: Replayed) -> Trace:
    """The trace of a replayed execution; its end names the first finding, and an event each names the others."""
    broken, *others = {each.identity: each for each in again.outcome.found()}.values() or [None]
    steps = again.outcome.steps
    end = End(
        steps=steps,
        finding="" if broken is None else f"{broken.kind}: {broken.rule}",
        title="" if broken is None else broken.title,
        places=() if broken is None else places_of(broken),
        outcome=again.outcome.seen,
    )
    also = [also_found(steps, each) for each in others if each is not None]
    return make_trace(head, [*again.events, *also], end)


def also_found(step: int, found: Finding) -> FoundEvent:
    """A finding beside the first one, as a trace has it."""
    places = places_of(found)
    return FoundEvent(step, places[0][0] if places else "", f"{found.kind}: {found.rule}", found.title, places)


def places_of(found: Finding) -> tuple[tuple[str, str, str], ...]:
    """Task, thing and access of each place of a finding; places in other executions are not in the trace."""
    last = len(found.earlier) + 1
    here = [place for place in found.places if place.execution in (last, msgspec.UNSET)]
    return tuple((place.task, place.thing, place.access) for place in here)
