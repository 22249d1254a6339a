"""Each excuse for a race is needed, names code that exists, and covers that code with its locks only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.excuses import Excuses
from aiovgic.engine.explore import explore
from aiovgic.lab.strategies import Way
from aiovgic.model.locks import ORDER
from aiovgic.revisions import REVISIONS, layers_of
from aiovgic.revisions.excuses import EXCUSES, RACES, UNQUEUED, excuses_of
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram
from tests.revisions.witnesses import WITNESSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiovgic.sync import Excuse, Layer, RaceExcuse
    from tests.revisions.witnesses import Witness

BUDGET = 400


def raced(witness: Witness, entries: Iterable[Excuse], layers: tuple[Layer, ...] = ()) -> tuple[list[str], list[str]]:
    """The fields on which a search finds a data race, and the excuses that it used."""
    excuses = Excuses.of(entries)
    over = (*layers_of(witness.revision), *witness.layers, *layers)
    program = ScenarioProgram(parse(witness.text, "witness.yaml", "witness"), over, excuses)
    detectors = Detectors(ORDER, excuses)
    search = explore(program, Way("auto").make(0), BUDGET, watches=detectors.watches, go_on=True)
    races = [each for each in search.found.values() if each.kind == "data-race"]
    return sorted({place.field for race in races for place in race.places}), sorted(excuses.used)


@pytest.mark.parametrize("entry", RACES, ids=lambda entry: entry.name)
def test_a_race_that_kvm_accepts_is_excused_by_name(entry: RaceExcuse) -> None:
    witness = WITNESSES[entry.name]
    fields, used = raced(witness, excuses_of(witness.revision))
    assert fields == []
    assert entry.name in used


@pytest.mark.parametrize("entry", RACES, ids=lambda entry: entry.name)
def test_without_its_excuse_the_race_is_a_finding(entry: RaceExcuse) -> None:
    witness = WITNESSES[entry.name]
    others = [each for each in excuses_of(witness.revision) if each is not entry]
    assert raced(witness, others)[0] == [entry.field]


@pytest.mark.parametrize("entry", RACES, ids=lambda entry: entry.name)
def test_an_override_that_drops_the_lock_is_not_excused(entry: RaceExcuse) -> None:
    witness = WITNESSES[entry.name]
    fields, _ = raced(witness, excuses_of(witness.revision), (witness.override,))
    assert entry.field in fields


def test_every_race_has_its_witness_and_every_name_is_unique() -> None:
    assert list(WITNESSES) == [each.name for each in RACES]
    names = [each.name for each in EXCUSES]
    assert sorted(set(names)) == sorted(names)


def test_every_entry_names_code_that_exists_and_revisions_that_there_are() -> None:
    assert list(Excuses.of(EXCUSES).rules) == [each.name for each in UNQUEUED]
    assert [each.name for each in EXCUSES if not set(each.revisions) <= set(REVISIONS)] == []


def test_every_entry_says_why_and_who_says_so() -> None:
    assert [each.name for each in EXCUSES if not (each.why and each.source)] == []
