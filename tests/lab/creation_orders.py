"""What a complete search shows of a scenario, for each order in which its tasks can be created."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

from aiovgic.bugs.catalogue import catalogue
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.scenario.loader import load
from aiovgic.scenario.shipped import scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.scenario.scenario import Scenario


class Case(NamedTuple):
    """A shipped scenario, clean or with a bug of the catalogue."""

    scenario: str
    bug: str = ""

    def __str__(self) -> str:
        return f"{self.scenario}+{self.bug}" if self.bug else self.scenario


class Shown(NamedTuple):
    """What a search shows that does not depend on the names of tasks."""

    outcomes: frozenset[str]
    findings: frozenset[tuple[object, ...]]
    """Kind, rule, and the objects and fields of the places, or the lock classes that the finding is about."""


def cases() -> tuple[Case, ...]:
    """Every shipped scenario, clean and with each bug of the catalogue that is shown on it."""
    clean = tuple(Case(name) for name in sorted(scenarios()))
    return clean + tuple(Case(bug.scenario, name) for name, bug in sorted(catalogue().items()) if bug.scenario)


def orders(name: str) -> Iterator[Scenario]:
    """A scenario with its tasks in each order, the written one first."""
    scenario = load(name)
    for tasks in permutations(scenario.tasks):
        yield replace(scenario, tasks=tasks)


def shown(scenario: Scenario, bug: str, limit: int) -> tuple[Shown | None, int]:
    """What a complete search shows, and its executions; None if it does not end within the limit."""
    subject = Subject.of(scenario, catalogue()[bug].base, [bug]) if bug else Subject.of(scenario, EXPLORED)
    watches = subject.detectors(go_on=True).watches
    search = explore(subject.program, DporStrategy(), limit, watches=watches, go_on=True)
    if not search.complete:
        return None, search.executions
    findings = frozenset(
        (each.kind, each.rule, *(each.classes or sorted({(place.object, place.field) for place in each.places})))
        for each in search.found.values()
    )
    outcomes = frozenset(json.dumps(seen, sort_keys=True) for seen in search.histogram.seen)
    return Shown(outcomes, findings), search.executions
