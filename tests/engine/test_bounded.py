"""The bounded search: the orders of `dfs` with the same bound, those near to the default order first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.explore import executions, explore
from aiovgic.engine.strategies.bounded import BoundedStrategy
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.sync import Choose, Part, Parts
from tests.engine.programs import program

if TYPE_CHECKING:
    from aiovgic.engine.program import Program
    from aiovgic.engine.strategies.base import Strategy


class Words(Part):
    """A lock, a word, and a word of each task's own."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m")
        self.word = self.shared("word", 0)
        self.own = self.shared("own", 0)


async def locked(part: Words) -> None:
    async with part.m:
        value = await part.word.load()
        await part.word.store(value + 1)


async def choosing(part: Words) -> None:
    if await Choose(part.rt, 3, "how"):
        await part.word.store(5)
    await part.word.load()


async def own(part: Words) -> None:
    for _ in range(8):
        await part.own.load()
    await part.word.store(7)


THREE = program(Words, {"one": locked, "two": locked, "chooses": choosing})


def schedules(of: Program, strategy: Strategy) -> list[str]:
    """The schedules of a search, in order."""
    return [str(outcome.schedule) for outcome in executions(of, strategy)]


@pytest.mark.parametrize("preemptions", range(4))
def test_it_tries_each_order_within_the_bound_once(preemptions: int) -> None:
    tried = schedules(THREE, BoundedStrategy(preemptions, seed=preemptions))
    assert len(tried) == len(set(tried))
    assert sorted(tried) == sorted(schedules(THREE, DfsStrategy(preemptions)))


@pytest.mark.parametrize("preemptions", [1, 20])
def test_it_is_complete_if_the_bound_cut_nothing(preemptions: int) -> None:
    search = explore(program(Words, {"locked": locked, "own": own}), BoundedStrategy(preemptions), 10_000)
    assert search.exhausted
    assert search.complete == (preemptions == 20)


def test_it_goes_from_few_deviations_to_many() -> None:
    deviations = [len(outcome.schedule) for outcome in executions(THREE, BoundedStrategy(2))]
    assert deviations[0] == 0
    assert deviations == sorted(deviations)


def test_it_preempts_first_where_a_task_is_about_to_touch_what_is_shared() -> None:
    of = program(Words, {"own": own, "locked": locked})
    for seed in range(10):
        assert schedules(of, BoundedStrategy(1, seed))[1] in ("0>locked", "8>locked")


def test_another_seed_tries_another_order_of_the_same_schedules() -> None:
    first, second = (schedules(THREE, BoundedStrategy(1, seed)) for seed in (1, 2))
    assert first != second
    assert sorted(first) == sorted(second)
