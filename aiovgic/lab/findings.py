"""From a broken outcome to a finding: replayed, written down, and told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.engine.outcome import fault_of
from aiovgic.engine.replaying import replay
from aiovgic.engine.stage import Stage
from aiovgic.errors import AiovgicError, ScenarioError, Violation
from aiovgic.record.finding import Finding
from aiovgic.record.trace import End, Trace, make_trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.engine.detect import Detectors
    from aiovgic.engine.outcome import Broken, Outcome
    from aiovgic.engine.replaying import Replayed
    from aiovgic.errors import Kind
    from aiovgic.lab.state import Peek
    from aiovgic.lab.subject import Subject
    from aiovgic.record.finding import Switch
    from aiovgic.record.schedule import Schedule
    from aiovgic.record.trace import Head


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
    exact = subject.detectors(exact=True) if detectors is None else detectors.again(exact=True)
    if peek is None:
        again = replay(subject.program, schedule, exact.watches)
    else:
        again = replay(peek.program, schedule, (*exact.watches, peek))
    outcome = again.outcome
    findings = {broken.identity: finding_of(subject, outcome, broken, at_execution) for broken in outcome.found()}
    head = subject.head(schedule, strategy, seed)
    return Shown(trace_of(head, again), again.switches, findings)


def set_up_breaks(subject: Subject) -> Finding | None:
    """What the set-up breaks already, where something is planted: no schedule plays a part in it."""
    if not subject.planted:
        return None
    kind: Kind = "model-bug"
    try:
        Stage(subject.program)
    except AiovgicError as error:
        broken = error.__cause__ if isinstance(error, ScenarioError) else error
        if not isinstance(broken, Violation):
            raise
        kind, rule, what = broken.kind, broken.rule, broken.what
    except Exception as error:  # noqa: BLE001  what the model raises is the model's bug
        rule, what = fault_of(error)
    else:
        return None
    return Finding(kind=kind, rule=rule, title=f"in the set-up of the machine: {what}", at_execution=1)


def finding_of(subject: Subject, outcome: Outcome, broken: Broken, at_execution: int) -> Finding:
    """The finding that a broken outcome is."""
    return Finding(
        kind=broken.kind,
        rule=broken.rule,
        title=broken.title,
        saw=broken.saw,
        places=broken.places,
        at_execution=at_execution,
        schedule=str(outcome.schedule),
        switches=len(outcome.schedule),
        steps=outcome.steps,
        replay=subject.replay_line(outcome.schedule),
    )


def trace_of(head: Head, again: Replayed) -> Trace:
    """The trace of a replayed execution; its end says the first thing that was found."""
    broken = next(again.outcome.found(), None)
    end = End(
        steps=again.outcome.steps,
        finding="" if broken is None else f"{broken.kind}: {broken.rule}",
        title="" if broken is None else broken.title,
        places=() if broken is None else tuple((place.task, place.thing, place.access) for place in broken.places),
        outcome=again.outcome.seen,
    )
    return make_trace(head, again.events, end)
