"""Every seed fault is found where it is, and nowhere else: not on the base, not in the structure it was born in."""

from __future__ import annotations

import pytest

from aiovgic.bugs.catalogue import catalogue
from aiovgic.scenario.loader import load
from tests.bugs.seeds import LONGER, SEEDS, explored

BUGS = catalogue()


def test_every_seed_fault_of_the_catalogue_that_needs_no_failure_is_here() -> None:
    seeds = [bug for name, bug in BUGS.items() if name.startswith("seed-")]
    assert {bug.id for bug in seeds if not load(bug.scenario).faults.alloc} <= set(SEEDS) | LONGER


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_found_as_what_it_is(name: str) -> None:
    bug = BUGS[name]
    broken = explored(bug.scenario, bug.layers).broken
    assert broken is not None
    assert broken.kind in bug.kinds
    assert SEEDS[name].saw in broken.title


@pytest.mark.parametrize("name", SEEDS)
def test_its_scenario_is_clean_on_the_base_and_reaches_all_that_is_to_happen_sometimes(name: str) -> None:
    scenario = BUGS[name].scenario
    found = explored(scenario, ())
    assert found.broken is None
    assert found.complete
    sometimes = [n for n, each in enumerate(load(scenario).expectations) if each.when == "sometimes"]
    assert sorted(found.reached) == sometimes


@pytest.mark.parametrize("name", [name for name, seed in SEEDS.items() if seed.structure])
def test_the_structure_that_it_was_born_in_is_clean_without_it(name: str) -> None:
    structure = SEEDS[name].structure
    assert set(structure) < set(BUGS[name].layers)
    assert explored(BUGS[name].scenario, structure).broken is None
