"""Every shipped scenario behaves as it claims, and fails where it is said to."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiovgic.bugs.catalogue import catalogue
from aiovgic.lab.explore import explore
from aiovgic.scenario.loader import load
from aiovgic.scenario.shipped import scenarios
from tests.scenario.claims import FAILS, ONE_OUTCOME, SHOWN_ELSEWHERE, WHATIFS, Fails

CLEAN = 900
TO_FIND = 2000


@pytest.mark.parametrize("name", scenarios())
def test_a_scenario_is_clean_on_the_base_and_reaches_what_happens_sometimes_but_not_always(name: str) -> None:
    result = explore(name, budget=CLEAN)
    assert result.good, str(result)
    assert not result.unreached
    assert bool(result.held) == (name in ONE_OUTCOME), result.held
    assert ("one outcome" in load(name).about) == (name in ONE_OUTCOME)


@pytest.mark.parametrize(("name", "fails"), [(name, each) for name, fails in FAILS.items() for each in fails], ids=str)
def test_a_scenario_fails_where_it_is_said_to(name: str, fails: Fails) -> None:
    result = explore(name, budget=TO_FIND, strategy=fails.strategy, revision=fails.revision, bugs=fails.bugs)
    assert result.finding is not None, str(result)
    assert result.finding.kind == fails.kind, str(result)


def test_every_scenario_can_fail() -> None:
    shown = {bug.scenario for bug in catalogue().values()}
    assert set(scenarios()) - FAILS.keys() - shown == set()
    assert FAILS.keys() - set(scenarios()) == set()
    assert ONE_OUTCOME.keys() - set(scenarios()) == set()


def test_every_what_if_makes_a_scenario_fail() -> None:
    used = {bug for fails in FAILS.values() for each in fails for bug in each.bugs}
    assert {Path(path).stem for path in used} >= {path.stem for path in WHATIFS.glob("[!_]*.py")} - {*SHOWN_ELSEWHERE}


@pytest.mark.parametrize("name", scenarios())
def test_a_scenario_says_why_it_matters_and_what_holds(name: str) -> None:
    scenario = load(name)
    assert any(word in scenario.about for word in ("docs/facts/", "CVE-", "commit"))
    assert {each.when for each in scenario.expectations} & {"always", "never"}
    assert any(each.when == "sometimes" for each in scenario.expectations)
