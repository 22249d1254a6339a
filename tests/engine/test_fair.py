"""Livelock: tasks that make no progress are told with what they repeat; tasks that do may take long."""

from __future__ import annotations

from aiovgic.engine.explore import explore
from aiovgic.engine.fair import circle, in_words
from aiovgic.engine.shrink import Shrinker
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import LONG, DporStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import STEP_LIMIT, Execution
from aiovgic.sync import Part, Parts, Resched
from tests.engine.programs import program


class Words(Part):
    """Two words and a lock."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.mine = self.shared("mine", 0)
        self.yours = self.shared("yours", 0)
        self.spin = self.lock("spin")


async def waits_for_yours(words: Words) -> None:
    while not await words.yours.load():
        async with words.spin:
            pass


async def waits_for_mine(words: Words) -> None:
    while not await words.mine.load():
        pass
    await words.yours.store(1)


async def spins_for_mine(words: Words) -> None:
    while not await words.mine.load():
        await Resched()


async def spins_for_yours(words: Words) -> None:
    while not await words.yours.load():
        await Resched()


async def gives_mine(words: Words) -> None:
    await words.mine.store(1)


def test_two_that_wait_for_each_other_awake_get_nowhere() -> None:
    outcome = Execution(Stage(program(Words, {"one": waits_for_yours, "two": waits_for_mine})), DfsStrategy()).run()
    assert outcome.broken is not None
    assert (outcome.broken.kind, outcome.broken.rule) == ("livelock", "no-progress")
    what = "in 5000 steps, taken in turn, no operation begins or ends"
    assert outcome.broken.title == f"one and two make no progress: {what}"
    assert outcome.broken.saw == ("one repeats: load p.yours, lock p.spin", "two repeats: load p.mine")
    assert [place.function for place in outcome.broken.places] == ["waits_for_yours", "waits_for_mine"]


def test_whoever_spins_until_another_comes_is_no_livelock_though_the_plain_order_never_lets_him() -> None:
    bodies = {"one": waits_for_yours, "two": waits_for_mine, "three": gives_mine}
    outcome = Execution(Stage(program(Words, bodies)), DfsStrategy()).run()
    assert outcome.broken is None
    assert outcome.steps > STEP_LIMIT
    assert outcome.bounded


def test_a_search_with_an_execution_that_was_too_long_is_not_complete() -> None:
    bodies = {"one": waits_for_mine, "two": gives_mine}
    search = explore(program(Words, bodies), DfsStrategy(), 3)
    assert search.bounded
    assert not search.complete


def test_a_livelock_is_replayed_from_its_schedule() -> None:
    spinning = program(Words, {"one": waits_for_yours, "two": waits_for_mine})
    first = Execution(Stage(spinning), DfsStrategy()).run()
    again = Execution(Stage(spinning), ReplayStrategy(first.schedule)).run()
    assert again.broken == first.broken


def test_whoever_gets_somewhere_may_take_as_long_as_he_needs() -> None:
    async def long(words: Words) -> None:
        for _ in range(20):
            words.rt.event("op", "a step")
            for _ in range(1000):
                await words.mine.load()

    outcome = Execution(Stage(program(Words, {"one": long, "two": gives_mine})), DfsStrategy()).run()
    assert outcome.broken is None


def test_a_circle_begins_at_the_same_place_wherever_it_was_cut() -> None:
    assert circle([(kind, "x") for kind in "bcabcab"]) == [("a", "x"), ("b", "x"), ("c", "x")]
    assert circle([(kind, "x") for kind in "cabcab"]) == [("a", "x"), ("b", "x"), ("c", "x")]


def test_of_a_long_circle_only_the_beginning_is_told() -> None:
    assert in_words([(str(i), "x") for i in range(9)]) == "0 x, 1 x, 2 x, 3 x, 4 x, 5 x, ..."
    assert in_words([("resched", "")]) == "resched"


def test_in_plain_order_whoever_spins_lets_others_run_in_every_turn() -> None:
    bodies = {"one": spins_for_mine, "two": gives_mine}
    outcome = Execution(Stage(program(Words, bodies)), DfsStrategy()).run()
    assert outcome.broken is None
    assert (outcome.steps, len(outcome.schedule)) == (4, 0)


def test_two_that_spin_for_each_other_get_nowhere_and_their_story_is_how_it_began() -> None:
    async def takes_mine(words: Words) -> None:
        await words.mine.store(0)
        await spins_for_yours(words)

    bodies = {"one": takes_mine, "two": spins_for_mine}
    spinning = program(Words, bodies)
    switched = Execution(Stage(spinning), RandomStrategy(0)).run()
    assert switched.broken is not None
    assert switched.broken.kind == "livelock"
    assert len(switched.schedule) > 2
    smallest = Shrinker(spinning, switched.complete(switched.broken, 1, "random")).shrink()
    assert len(smallest.schedule) == 0


def test_who_spins_past_the_limit_is_not_turned_round_at_every_step_of_his() -> None:
    async def waits(words: Words) -> None:
        while not await words.mine.load():
            await words.yours.load()

    async def comes(words: Words) -> None:
        await words.mine.store(1)

    search = explore(program(Words, {"waits": waits, "comes": comes}), DporStrategy(), STEP_LIMIT)
    assert search.exhausted
    assert not search.complete
    assert LONG // 2 <= search.executions <= LONG + 1
