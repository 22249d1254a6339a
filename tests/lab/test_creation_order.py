"""A complete search does not depend on which task is created first: a metamorphic test over all shipped scenarios.

Every order in which the tasks of a scenario can be created must show the same outcomes and the same findings. By
default the cases run that take up to 1,000 executions in all orders together; `slow` runs all that are complete within
2,000 executions in every order.
"""

from __future__ import annotations

import pytest

from tests.lab.creation_orders import Case, cases, orders, shown

LIMIT = 2_000
"""Executions after which a search counts as not complete."""

LARGE = frozenset({"forwarded-route-vs-off"})
"""Cases that take more than 1,000 executions in all orders together."""

INCOMPLETE = frozenset({"active-vs-active"})
"""Cases that are not complete within the limit, at least in one order."""

ALL = cases()


def check(case: Case) -> None:
    """Every order shows what the written one shows."""
    written, *others = orders(case.scenario)
    expected, _ = shown(written, case.bug, LIMIT)
    assert expected is not None, f"{case} is not complete within {LIMIT} executions"
    for scenario in others:
        names = [task.name for task in scenario.tasks]
        assert shown(scenario, case.bug, LIMIT)[0] == expected, f"{case}: tasks created in the order {names}"


@pytest.mark.parametrize("case", [each for each in ALL if str(each) not in LARGE | INCOMPLETE], ids=str)
def test_a_small_search_shows_the_same_in_every_order_of_creation(case: Case) -> None:
    check(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [each for each in ALL if str(each) in LARGE], ids=str)
def test_a_large_search_shows_the_same_in_every_order_of_creation(case: Case) -> None:
    check(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [each for each in ALL if str(each) in INCOMPLETE], ids=str)
def test_a_case_that_is_listed_as_incomplete_is_so(case: Case) -> None:
    assert None in [shown(scenario, case.bug, LIMIT)[0] for scenario in orders(case.scenario)]


def test_every_listed_case_exists() -> None:
    assert {str(each) for each in ALL} >= LARGE | INCOMPLETE
