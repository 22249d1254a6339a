"""The programs of the literature with a bug: the default search finds it, and how soon."""

from __future__ import annotations

import pytest

from aiovgic.engine.explore import explore
from aiovgic.engine.runtime import ExecutionRuntime
from aiovgic.engine.strategies.auto import AutoStrategy
from aiovgic.engine.strategies.pos import PosStrategy
from devtools.programs.literature import PUBLISHED, Published

BY_NAME = {each.name: each for each in PUBLISHED}

SLOW = ("bakery", "safestack", "twostage_50", "twostage_100")
"""Programs that only `make bench-explore` looks at: they take thousands of executions, or long ones."""


@pytest.mark.parametrize("published", [each for each in PUBLISHED if each.name not in SLOW], ids=lambda each: each.name)
def test_the_default_search_finds_the_bug(published: Published) -> None:
    search = explore(published.program, AutoStrategy(seed=1), 1_000)
    assert search.broken is not None
    assert search.broken.kind == published.breaks


@pytest.mark.parametrize(
    ("name", "at_most"),
    [
        pytest.param("wronglock", 50, id="one switch, which DPOR alone needs 505 executions for"),
        pytest.param("twostage_20", 1_000, id="one switch of 21 tasks, which DPOR alone needs 536 executions for"),
        pytest.param("philosophers_5", 150, id="four switches"),
        pytest.param("treiber_aba", 100, id="two switches between two tasks"),
        pytest.param("dekker", 100, id="a spin"),
    ],
)
def test_the_default_search_finds_a_bug_within_few_executions_with_any_seed(name: str, at_most: int) -> None:
    for seed in range(5):
        assert explore(BY_NAME[name].program, AutoStrategy(seed), at_most).at_execution > 0


def test_pos_finds_the_wrong_lock_at_once() -> None:
    for seed in range(10):
        assert explore(BY_NAME["wronglock"].program, PosStrategy(seed), 10).at_execution > 0


def test_there_are_at_least_40_programs_with_a_size_and_a_source_each() -> None:
    assert len(BY_NAME) == len(PUBLISHED) >= 40
    assert all(each.size and each.source for each in PUBLISHED)
    assert all(each.threads == len(each_tasks(each)) for each in PUBLISHED)


def each_tasks(published: Published) -> list[str]:
    """The names of a program's tasks."""
    return [task.name for task in published.program(ExecutionRuntime()).tasks]
