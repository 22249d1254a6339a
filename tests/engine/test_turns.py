"""The default search: which strategy has which turn, and what a complete search costs."""

from __future__ import annotations

import pytest

from aiovgic.engine.explore import Exploration, explore
from aiovgic.engine.outcome import Outcome
from aiovgic.engine.strategies.auto import AutoStrategy, share
from aiovgic.engine.strategies.bounded import BoundedStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.strategies.pos import PosStrategy
from aiovgic.record.schedule import Schedule
from aiovgic.sync import Part, Parts, Resched
from devtools.programs.literature import LITERATURE, Known, guarded, readers
from tests.engine.programs import program

SMALL = [known for known in LITERATURE if known.traces is not None and known.traces < 2_000 and not known.breaks]


@pytest.mark.parametrize("known", SMALL, ids=lambda known: known.name)
def test_a_complete_search_costs_at_most_half_more_than_dpor_alone(known: Known) -> None:
    assert known.traces is not None
    search = explore(known.program, AutoStrategy(), 10_000)
    assert search.complete
    if known.traces <= 50:
        assert search.by_strategy == {"dpor": known.traces}
    elif known.traces <= 1_000:
        assert known.traces < search.executions <= 1.5 * known.traces
    else:
        assert search.executions <= 2 * known.traces - 500


def test_a_search_that_dpor_does_not_finish_within_50_has_turns_for_all() -> None:
    search = explore(guarded(3, 3, None).program, AutoStrategy(), 300)
    drawn = search.executions - search.by_strategy["dpor"] - search.by_strategy["preemptions <= 1"]
    assert search.by_strategy["preemptions <= 1"] == 42  # there are no more, and the other turns lapse
    assert 42 <= drawn <= search.by_strategy["dpor"] / 4
    assert list(search.by_strategy) == ["dpor", "preemptions <= 1", "pos", "pct 2", "surw", "pct 3", "urw"]


def test_turns_begin_as_soon_as_it_is_known_that_dpor_needs_more_than_50() -> None:
    search = explore(readers(60).program, AutoStrategy(), 12)
    assert search.by_strategy == {"dpor": 8, "preemptions <= 1": 2, "pos": 1, "pct 2": 1}


@pytest.mark.parametrize(
    ("tried", "others"),
    [
        pytest.param(51, 25, id="half"),
        pytest.param(1_000, 500, id="half, at last"),
        pytest.param(2_000, 1_500, id="every second one since"),
    ],
)
def test_the_share_of_the_others(tried: int, others: int) -> None:
    assert share(tried) == others


class Word(Part):
    """A word, and a lock."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.lock_m = self.lock("m")
        self.word = self.shared("word", 0)


def test_a_drawn_execution_without_an_end_leaves_a_search_complete() -> None:
    search, outcome = Exploration(), Outcome(Schedule(), 1, 0, bounded=True)
    search.note(outcome, PosStrategy())
    assert not search.bounded
    search.note(outcome, BoundedStrategy(1))
    assert search.bounded


def test_dpor_knows_how_many_executions_are_certain_to_follow() -> None:
    async def load(part: Word) -> None:
        await part.word.load()

    async def store(part: Word) -> None:
        await part.word.store(1)

    dpor = DporStrategy()
    bodies = {"stores": store, **{f"loads{n}": load for n in range(4)}}
    explore(program(Word, bodies), dpor, 1)
    assert dpor.left() == 4


def test_where_a_task_spins_one_execution_of_four_is_dpors_from_the_start() -> None:
    async def waits(part: Word) -> None:
        while not await part.word.load():
            await Resched()

    async def sets(part: Word) -> None:
        await part.word.store(1)

    search = explore(program(Word, {"waits": waits, "sets": sets}), AutoStrategy(), 8)
    assert search.by_strategy == {"dpor": 2, "preemptions <= 1": 3, "pos": 2, "pct 2": 1}


def test_turns_begin_at_once_where_many_tasks_are_about_to_take_one_lock() -> None:
    async def locked(part: Word) -> None:
        async with part.lock_m:
            await part.word.store(1)

    search = explore(program(Word, {f"task{n}": locked for n in range(7)}), AutoStrategy(), 8)
    assert search.by_strategy == {"dpor": 4, "preemptions <= 1": 2, "pos": 1, "pct 2": 1}


@pytest.mark.parametrize(("tasks", "executions"), [(3, 6), (4, 24), (5, 120), (6, 720)])
def test_the_orders_of_one_lock_are_no_more_than_dpor_needs(tasks: int, executions: int) -> None:
    search = explore(guarded(tasks, 1, None).program, AutoStrategy(), 10_000)
    assert search.complete
    assert search.by_strategy["dpor"] == executions
    assert search.executions <= 1.5 * executions


def test_the_search_is_complete_too_if_the_bound_left_nothing_out() -> None:
    async def store(part: Word) -> None:
        await part.word.store(1)

    strategy = AutoStrategy()
    assert not strategy.complete
    explore(program(Word, {"one": store, "two": store}), strategy.bounded, 10)
    assert strategy.complete
