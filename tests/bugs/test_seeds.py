"""Every seed fault is found where it is, and nowhere else: not on the base, not in the structure it was born in."""

from __future__ import annotations

import pytest

from aiovgic.scenario.loader import load
from tests.bugs.seeds import SEEDS, broken, explored


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_found_as_what_it_is(name: str) -> None:
    seed = SEEDS[name]
    found = broken(explored(seed.scenario, seed.layers))
    assert found is not None
    assert found.kind == seed.kind
    assert seed.saw in found.title


@pytest.mark.parametrize("name", SEEDS)
def test_its_scenario_is_clean_on_the_base_and_reaches_all_that_is_to_happen_sometimes(name: str) -> None:
    scenario = SEEDS[name].scenario
    found = explored(scenario, ())
    assert broken(found) is None
    assert found.complete
    sometimes = [n for n, each in enumerate(load(scenario).expectations) if each.when == "sometimes"]
    assert sorted(found.reached) == sometimes


@pytest.mark.parametrize("name", [name for name, seed in SEEDS.items() if seed.structure])
def test_the_structure_that_it_was_born_in_is_clean_without_it(name: str) -> None:
    seed = SEEDS[name]
    assert seed.structure is not None
    assert set(seed.structure) < set(seed.layers)
    assert broken(explored(seed.scenario, seed.structure)) is None
