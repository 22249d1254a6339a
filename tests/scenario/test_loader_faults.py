"""How much may fail: what may be said, and what is said about all else."""

from __future__ import annotations

import pytest

from aiovgic.model.faults import FaultBudget
from tests.scenario.texts import HEAD, TASKS, parsed, refused


@pytest.mark.parametrize(
    ("written", "budget"),
    [
        pytest.param("", FaultBudget(), id="nothing unless it is asked for"),
        pytest.param("faults: {}\n", FaultBudget(), id="nothing of anything"),
        pytest.param("faults: {alloc: 1}\n", FaultBudget(alloc=1), id="an allocation"),
        pytest.param("faults: {alloc: 0, copy: 4}\n", FaultBudget(copy=4), id="as many copies as there may be"),
    ],
)
def test_how_much_may_fail(written: str, budget: FaultBudget) -> None:
    assert parsed(f"{HEAD}{written}{TASKS}").faults == budget


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("{aloc: 1}", "faults: unknown key 'aloc'; did you mean 'alloc'?", id="a misspelt key"),
        pytest.param("{alloc: 5}", "faults.alloc: is 5; it must be 0 to 4", id="too many"),
        pytest.param("{copy: -1}", "faults.copy: is -1; it must be 0 to 4", id="negative"),
        pytest.param("{copy: all}", "faults.copy: is to be a number, not 'all'", id="a word"),
        pytest.param("2", "faults: is to be a mapping, not 2", id="a number for all"),
    ],
)
def test_a_budget_that_cannot_be(written: str, message: str) -> None:
    assert refused(f"{HEAD}faults: {written}\n{TASKS}") == f"s.yaml:3: {message}"
