"""The strategies: what each finds, how soon, and what it says of itself."""

from __future__ import annotations

from itertools import islice
from statistics import median
from typing import Any

import pytest

from aiovgic.engine.explore import executions, explore
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.auto import ALONE
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.pct import PctStrategy
from aiovgic.engine.strategies.portfolio import PortfolioStrategy
from aiovgic.engine.strategies.pos import PosStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.surw import SurwStrategy
from aiovgic.engine.strategies.urw import UrwStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.errors import UsageError
from aiovgic.lab.explore import explore as lab_explore
from aiovgic.lab.strategies import STRATEGIES, Way
from aiovgic.sync import Part, Parts
from devtools.programs.bodies import program
from devtools.programs.literature import abba, kick, rare

SEEDS = range(15)


def executions_to_the_bug(known: Any, make: Any) -> float:
    """The median over seeds."""
    return median(explore(known.program, make(seed), 3000).at_execution or 3000 for seed in SEEDS)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_pct_finds_deep_bugs_sooner_than_random(depth: int) -> None:
    for known in (abba(), rare()):
        pct = executions_to_the_bug(known, lambda seed: PctStrategy(seed, depth))
        assert pct < executions_to_the_bug(known, RandomStrategy)
        assert pct <= 120


@pytest.mark.parametrize(
    "make", [PctStrategy, UrwStrategy, RandomStrategy, PosStrategy, SurwStrategy, PortfolioStrategy]
)
def test_every_strategy_that_draws_finds_a_lost_wakeup(make: Any) -> None:
    assert executions_to_the_bug(kick(), make) <= 10


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_with_the_same_seed_does_the_same_again(name: str) -> None:
    def schedules() -> list[str]:
        return [str(each.schedule) for each in islice(executions(rare().program, Way(name).make(5)), 40)]

    assert schedules() == schedules()


class Words(Part):
    """Two words."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)
        self.other = self.shared("other", 0)


async def short(part: Words) -> None:
    await part.word.store(1)


async def long(part: Words) -> None:
    for _ in range(9):
        await part.word.load()


def test_the_uniform_walk_makes_all_places_of_a_short_task_about_as_likely() -> None:
    def places(strategy: Any) -> dict[int, int]:
        counted: dict[int, int] = {}
        for outcome in islice(executions(program(Words, {"long": long, "short": short}), strategy), 2000):
            [step] = [step for step, name in outcome.schedule.switches if name == "short"] or [9]
            counted[step] = counted.get(step, 0) + 1
        return counted

    walk, coin = places(UrwStrategy(1)), places(RandomStrategy(1))
    assert sorted(walk) == list(range(10))
    assert max(walk.values()) < 2 * min(walk.values())
    assert max(coin.values()) > 20 * min(coin.values())


def test_pct_is_fair_to_whom_a_spinning_task_waits_for() -> None:
    async def spinner(part: Words) -> None:
        while not await part.word.load():
            pass

    for seed in SEEDS:
        outcome = Execution(
            Stage(program(Words, {"spinner": spinner, "short": short}), once=True), PctStrategy(seed, 1)
        ).run()
        assert outcome.broken is None
        assert outcome.steps < 300


def test_pct_learns_how_long_an_execution_is() -> None:
    strategy = PctStrategy(1, 3)
    list(islice(executions(program(Words, {"a": long, "b": long}), strategy), 5))
    assert 9 <= strategy.longest <= 18


@pytest.mark.parametrize(
    ("preemptions", "orders"),
    [
        pytest.param(0, 2, id="one task after the other"),
        pytest.param(1, 4, id="one may be interrupted"),
        pytest.param(2, 6, id="all there are"),
        pytest.param(9, 6, id="more than there are"),
    ],
)
def test_a_preemption_bound_keeps_to_so_many_switches(preemptions: int, orders: int) -> None:
    async def increment(part: Words) -> None:
        value = await part.word.load()
        await part.word.store(value + 1)

    strategy = DfsStrategy(preemptions)
    search = explore(program(Words, {"one": increment, "two": increment}), strategy, 100)
    assert search.executions == orders
    assert search.exhausted
    assert search.complete == (preemptions >= 2)


@pytest.mark.parametrize(("preemptions", "at_most"), [(1, 100), (2, 500)])
def test_a_preemption_bound_finds_what_an_unbounded_search_does_not_reach(preemptions: int, at_most: int) -> None:
    assert explore(abba().program, DfsStrategy(), 5000).broken is None
    assert 0 < explore(abba().program, DfsStrategy(preemptions), 5000).at_execution <= at_most


def test_a_portfolio_says_which_of_its_members_found_it() -> None:
    result = lab_explore("addr-vs-init", revision="its-v7", strategy="portfolio", seed=3)
    assert result.strategy == "portfolio"
    assert result.in_words == "pos"
    assert f"execution {result.findings[0].at_execution}, pos" in str(result)


@pytest.mark.parametrize("name", ["close-vs-msi", "create-vs-create", "destroy-vs-msi", "line-vs-entry", "msi-vs-msi"])
def test_a_complete_search_of_a_scenario_costs_at_most_half_more_than_dpor(name: str) -> None:
    dpor, default = lab_explore(name, strategy="dpor"), lab_explore(name)
    assert dpor.complete
    assert default.complete
    assert default.by_strategy["dpor"] == dpor.executions
    assert default.executions <= (1.5 * dpor.executions if dpor.executions > ALONE else dpor.executions)


def test_a_default_search_that_took_turns_says_so_and_counts_them() -> None:
    result = lab_explore("msi-vs-wfi", budget=80)
    assert "budget spent, not complete  80 executions  (revision fixed, turns, " in str(result)
    assert "  executions by strategy: dpor: " in str(result)
    assert sum(result.by_strategy.values()) == result.executions == 80


def test_a_bounded_search_does_not_call_itself_complete() -> None:
    assert "not complete  2 executions, every order within the bound was tried" in str(
        lab_explore("addr-vs-init", strategy=Way("dfs", preemptions=0))
    )


@pytest.mark.parametrize(
    ("way", "said"),
    [
        pytest.param(Way("ptc"), "there is no strategy 'ptc'; did you mean 'pct'?", id="no such strategy"),
        pytest.param(Way("random", depth=3), "random has no depth; pct has", id="an option of another"),
        pytest.param(Way("dfs", preemptions=-1), "preemptions must be at least 0, not -1", id="too small"),
    ],
)
def test_a_way_that_there_is_not_is_refused(way: Way, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        way.make()
    assert str(caught.value) == said
