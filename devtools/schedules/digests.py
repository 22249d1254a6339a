"""What is digested: every scenario on every revision, and every bug of the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from aiovgic.bugs.catalogue import catalogue
from aiovgic.errors import AiovgicError
from aiovgic.lab.explore import ExploreResult, explore
from aiovgic.lab.findings import show
from aiovgic.lab.run import run
from aiovgic.lab.subject import Subject
from aiovgic.record.digest import hashed
from aiovgic.record.schedule import Schedule
from aiovgic.record.trace import FoundEvent
from aiovgic.revisions import REVISIONS
from aiovgic.scenario.shipped import scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.record.finding import Finding
    from aiovgic.record.trace import Trace

BUDGET = 60
"""Executions of a search of one scenario on one revision."""

BUG_BUDGET = 1_000
"""Executions in which a bug is to be found."""

REPLAYED = 12
"""Of each search so many outcomes are replayed, and every step is digested."""

TEXTS = frozenset({"title", "rule", "saw", "file", "line", "function", "stack"})
"""Fields of a finding and of its places that are words, or that say where the source is."""


class Case(NamedTuple):
    """One search: a scenario on a revision, or with a bug on the bug's base."""

    scenario: str
    revision: str
    bug: str = ""

    def __str__(self) -> str:
        return " ".join(word for word in (self.scenario, self.revision, self.bug) if word)


def cases() -> list[Case]:
    """Every scenario on every revision, then every bug."""
    clean = [Case(name, revision) for name in scenarios() for revision in REVISIONS]
    planted = [Case(bug.scenario, bug.base, bug.id) for bug in catalogue().values() if bug.scenario]
    return [*clean, *planted]


def line_of(case: Case) -> str:
    """The case, its figures and its digest, in one line."""
    try:
        once = run(case.scenario, revision=case.revision, bugs=bugs_of(case))
        found = explore(
            case.scenario,
            revision=case.revision,
            bugs=bugs_of(case),
            outcomes=not case.bug,
            budget=BUG_BUDGET if case.bug else BUDGET,
        )
    except AiovgicError as error:
        return f"{case}: refused: {type(error).__name__}"
    parts = [] if once.trace is None else [*steps_of(once.trace)]
    parts += [json.dumps(data_of(found), sort_keys=True), *replayed(case, found)]
    lines = "".join(f"{part}\n" for part in parts)
    extent = "complete" if found.complete else "not complete"
    return f"{case}: executions {found.executions}, {extent}, findings {len(found.findings)}, {hashed(lines)}"


def answered(case: Case, _say: object) -> str:
    """The line of a case, as a worker of a pool answers it."""
    return line_of(case)


def bugs_of(case: Case) -> tuple[str, ...]:
    """What is planted in a case."""
    return (case.bug,) if case.bug else ()


def data_of(found: ExploreResult) -> dict[str, Any]:
    """A search as data, without texts."""
    return {
        "executions": found.executions,
        "complete": found.complete,
        "by_strategy": dict(found.by_strategy),
        "outcomes": [[bar.count, str(bar.schedule), seen_of(bar.seen)] for bar in found.bars],
        "findings": [without_texts(finding) for finding in found.findings],
    }


def seen_of(seen: Any) -> Any:
    """An outcome; of one that a finding ended only the kind of the finding."""
    broken = seen.get("broken")
    return seen if broken is None else {"broken": broken.partition(":")[0]}


def without_texts(finding: Finding) -> Any:
    """A finding as data, without texts and lines of source. Where a rule has no access, its name stands for one."""
    data = pruned(msgspec.to_builtins(finding))
    for place in data["places"]:
        if place["access"] == finding.rule:
            del place["access"]
    return data


def pruned(data: Any) -> Any:
    """Data without the fields that are texts."""
    if isinstance(data, dict):
        return {key: pruned(value) for key, value in data.items() if key not in TEXTS}
    return [pruned(each) for each in data] if isinstance(data, list | tuple) else data


def replayed(case: Case, found: ExploreResult) -> Iterator[str]:
    """The steps of the findings, and of the most frequent outcomes."""
    subject = Subject.of(case.scenario, case.revision, bugs_of(case))
    schedules = [finding.schedule for finding in found.findings if finding.steps]
    schedules += [str(bar.schedule) for bar in found.bars[:REPLAYED]]
    for schedule in dict.fromkeys(schedules):
        yield schedule
        yield from steps_of(show(subject, Schedule.parse(schedule)).trace)


def steps_of(trace: Trace) -> Iterator[str]:
    """Every event of an execution but its findings, and how it ended."""
    for event in trace.events:
        if not isinstance(event, FoundEvent):
            yield f"{event.step} {event.task} {event.kind_of} {event.what} {event.detail}"
    yield json.dumps([trace.end.steps, trace.end.outcome], sort_keys=True)
