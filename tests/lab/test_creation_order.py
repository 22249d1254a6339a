"""A complete search does not depend on which task is created first: a metamorphic test over all shipped scenarios.

Every order in which the tasks of a scenario can be created must show the same outcomes and the same findings. By
default the cases run that take up to 300 executions in all orders together. `slow` runs all that are complete within
the default budget, and shows that the listed others are not complete within 2,000 executions.
"""

from __future__ import annotations

import pytest

from tests.lab.creation_orders import Case, cases, orders, shown

LIMIT = 10_000
"""Executions within which a search is complete: the default budget."""

FEW = 2_000
"""Executions within which a case that is listed as incomplete is tried."""

LARGE = frozenset(
    {
        "create-vs-create+seed-create-unlocked",
        "flush-vs-flush",
        "forwarded-inv-vs-off+vlpi-forwarding-race",
        "forwarded-route-vs-off",
        "frame-of-nobody+iobus-unregister-enomem",
        "icactive-vs-fold+guest-mode-published-early",
        "mapti-vs-discard+lpi-mapped-twice",
        "mapti-vs-release",
        "mapti-vs-release+lpi-evicted-leaks",
        "mapti-vs-release+lpi-release-vs-readd",
        "msi-vs-discard",
        "msi-vs-discard+cache-hit-no-ref",
        "msi-vs-its-off+cache-after-off",
        "msi-vs-msi",
        "msi-vs-wfi+wfi-preempt-no-doorbell",
        "on-vs-off",
        "on-vs-off+lpi-enable-toggle",
        "pending-vs-line+read-pending-unlocked",
        "qemu",
        "sort-vs-lines",
        "swap",
        "two-senders+multi-sgi-same-lr",
    }
)
"""Cases that take more than 300 executions in all orders together, and are complete within 10,000 in each."""

INCOMPLETE = frozenset(
    {
        "active-vs-active",
        "active-vs-active+active-change-livelock",
        "commands-vs-isr",
        "commands-vs-isr+lpi-xa-lock-order",
        "commands-vs-isr+vgic-lock-vs-isr",
        "flush-vs-flush+cache-double-put",
        "forwarded-movi-vs-movall",
        "forwarded-movi-vs-movall+vlpi-moved-unlocked",
        "mapti-vs-int",
        "mapti-vs-int+lpi-import-erases",
        "movall-vs-movi",
        "movall-vs-movi+seed-multi-its",
        "msi-vs-movall",
        "msi-vs-movi",
        "two-halts",
        "two-halts+halts-not-counted",
    }
)
"""Cases that are not complete within 2,000 executions in the written order."""

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
    assert shown(next(orders(case.scenario)), case.bug, FEW)[0] is None


def test_every_listed_case_exists() -> None:
    assert {str(each) for each in ALL} >= LARGE | INCOMPLETE
