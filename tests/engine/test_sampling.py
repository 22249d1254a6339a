"""POS and SURW draw with the probabilities that their papers give: histograms against them, by chi-square."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from math import comb
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.explore import executions
from aiovgic.engine.runtime import ExecutionRuntime
from aiovgic.engine.strategies.pos import PosStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.surw import SurwStrategy
from aiovgic.engine.strategies.touched import race
from aiovgic.engine.strategies.urw import UrwStrategy
from aiovgic.sync import MemoryAccess, Part, Parts
from tests.engine.programs import program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.engine.strategies.base import Strategy

ONE_IN_A_THOUSAND = {4: 18.47, 9: 27.88, 19: 43.82}
"""By degrees of freedom: what chi-square exceeds with this probability."""


class Log(Part):
    """A word that logs the tasks that wrote it, and a word that no two tasks touch."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.log = self.shared("log", "")
        self.own = self.shared("own", 0)
        self.flag = self.shared("flag", 0)

    def shown(self) -> dict[str, str]:
        """The order of the writes."""
        return {"log": self.log.value}

    async def write(self, name: str) -> None:
        """Add a name to the log."""
        await self.log.update(lambda log: log + name)


def seen(bodies: Mapping[str, Any], strategy: Strategy, count: int, skip: int = 0) -> Counter[str]:
    """How often each order of the writes came."""
    outcomes = islice(executions(program(Log, bodies), strategy), skip, skip + count)
    return Counter(outcome.seen["log"] for outcome in outcomes)


def chi_square(counted: Mapping[Any, int], expected: Mapping[Any, float]) -> float:
    """How far a histogram is from the expected one."""
    assert set(counted) <= set(expected)
    return sum((counted.get(each, 0) - count) ** 2 / count for each, count in expected.items())


def places(touch: str, strategy: Strategy, steps: int, count: int) -> Counter[int]:
    """Before which step of a task, from 1, the only step of another task came; ``touch`` is what it touches."""

    async def long(part: Log) -> None:
        for _ in range(steps):
            await part.own.load()

    async def short(part: Log) -> None:
        await (part.own if touch == "the same word" else part.flag).store(1)

    places: Counter[int] = Counter()
    for outcome in islice(executions(program(Log, {"long": long, "short": short}), strategy), count):
        [step] = [step for step, name in outcome.schedule.switches if name == "short"] or [steps]
        places[step + 1] += 1
    return places


def test_pos_lets_a_step_that_races_with_nothing_come_last_once_in_as_many_executions_as_there_are_steps() -> None:
    expected = {place: 3000 / (place * (place + 1)) for place in range(1, 10)} | {10: 300.0}
    counted = places("another word", PosStrategy(1), 9, 3000)
    assert chi_square(counted, expected) < ONE_IN_A_THOUSAND[9]
    walk = places("another word", RandomStrategy(1), 9, 3000)
    assert walk[10] < 30 < counted[10]


def test_pos_draws_anew_after_each_step_that_races() -> None:
    expected = {place: 1600 / 2**place for place in range(1, 5)} | {5: 100.0}
    assert chi_square(places("the same word", PosStrategy(1), 4, 1600), expected) < ONE_IN_A_THOUSAND[4]


def writers(noise: int) -> dict[str, Any]:
    """Two tasks that write three times each; the first does something of its own before each write."""

    async def noisy(part: Log) -> None:
        for _ in range(3):
            for _ in range(noise):
                await part.own.load()
            await part.write("a")

    async def plain(part: Log) -> None:
        for _ in range(3):
            await part.write("b")

    return {"a": noisy, "b": plain}


def test_surw_draws_every_order_of_the_shared_accesses_with_the_same_probability() -> None:
    counted = seen(writers(noise=5), SurwStrategy(1), 4000, skip=1)
    orders = comb(6, 3)
    assert len(counted) == orders
    expected = dict.fromkeys(counted, 4000 / orders)
    assert chi_square(counted, expected) < ONE_IN_A_THOUSAND[19]


def test_the_walks_that_count_all_steps_favour_some_orders_of_the_shared_accesses() -> None:
    for strategy in (UrwStrategy(1), RandomStrategy(1)):
        counted = seen(writers(noise=5), strategy, 4000, skip=1)
        expected = dict.fromkeys([*counted, *(f"never seen {n}" for n in range(20 - len(counted)))], 200.0)
        assert chi_square(counted, expected) > 10 * ONE_IN_A_THOUSAND[19]


@pytest.mark.parametrize(
    ("one", "other", "racing"),
    [
        pytest.param((0, 8, True), (0, 8, False), True, id="the same word"),
        pytest.param((0, 8, False), (0, 8, False), False, id="two reads"),
        pytest.param((0, 64, True), (56, 8, False), True, id="the end of a range"),
        pytest.param((0, 56, True), (56, 8, True), False, id="behind a range"),
    ],
)
def test_accesses_of_memory_race_where_they_overlap_and_one_writes(
    one: tuple[int, int, bool], other: tuple[int, int, bool], *, racing: bool
) -> None:
    memory = Parts(ExecutionRuntime()).make(Log, "memory")
    first, second = (MemoryAccess(memory, gpa, length, write=write) for gpa, length, write in (one, other))
    assert race(first, second) == race(second, first) == racing


def test_surw_goes_on_where_the_intended_task_waits_for_one_that_waits_for_it() -> None:
    async def waits(part: Log) -> None:
        while not await part.flag.load():
            pass
        await part.write("a")

    async def sets(part: Log) -> None:
        await part.write("b")
        await part.flag.store(1)

    bodies = {"waits": waits, "sets": sets}
    steps = [outcome.steps for outcome in islice(executions(program(Log, bodies), SurwStrategy(1)), 200)]
    assert max(steps) < 2_000
