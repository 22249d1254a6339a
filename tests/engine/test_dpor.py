"""DPOR where it once was wrong, or could be."""

from __future__ import annotations

from itertools import islice, permutations
from typing import TYPE_CHECKING, Any

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import executions, explore
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dpor import LONG, DporStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.sync import ACQUIRE, RELEASE, Guarded, LockOrder, Part, fence
from tests.engine.programs import program

if TYPE_CHECKING:
    from aiovgic.sync import Parts


class Word(Part):
    """One word."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)


async def spins(part: Any) -> None:
    while not await part.word.load():
        pass


async def looks(part: Any) -> None:
    await part.word.load()


class Told(Word):
    """A plain field that a word tells of."""

    plain = Guarded(0, by="lock")


async def tells(part: Any) -> None:
    part.plain = 1
    await fence(RELEASE)
    await part.word.store(0)


async def hears(part: Any) -> None:
    await part.word.load()
    await fence(ACQUIRE)
    assert part.plain in {0, 1}


def test_a_store_after_a_barrier_counts_though_the_word_be_as_it_was() -> None:
    detectors = Detectors(LockOrder())
    search = explore(program(Told, {"one": tells, "two": hears}), DporStrategy(), 100, watches=detectors.watches)
    assert search.complete
    assert [each.kind for each in search.found.values()] == ["data-race"]


class Late(Told):
    """A plain field that races only in some executions."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.other = self.shared("other", 0)


def test_a_race_that_comes_late_costs_no_further_executions() -> None:
    async def sets(part: Any) -> None:
        part.plain = 1
        await part.word.store(1)

    async def races(part: Any) -> None:
        if await part.word.load():
            part.plain += 1

    async def elsewhere(part: Any) -> None:
        await part.other.store(await part.other.load() + 1)

    tasks = {"races": races, "sets": sets, "one": elsewhere, "two": elsewhere}
    counts = set()
    for order in permutations(tasks):
        bodies = {name: tasks[name] for name in order}
        search = explore(program(Late, bodies), DporStrategy(), 100, watches=Detectors(LockOrder()).watches)
        assert [each.kind for each in search.found.values()] == ["data-race"]
        counts.add((search.complete, search.executions))
    assert counts == {(True, 8)}


def test_an_execution_without_end_is_one_of_many() -> None:
    strategy = DporStrategy()
    stage = Stage(program(Word, {"one": spins, "two": looks, "three": spins}))
    for _ in range(20):
        outcome = Execution(stage, strategy, step_limit=40).run()
        assert outcome.pruned or (outcome.broken is not None and outcome.broken.kind == "livelock")
        strategy.end()


class TwoWords(Word):
    """One word, and one that only one task touches."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.own = self.shared("own", 0)


def test_an_end_just_at_the_limit_is_an_end() -> None:
    async def comes_late(part: Any) -> None:
        for _ in range(LONG):
            await part.own.load()
        await part.word.store(1)

    strategy = DporStrategy()
    stage = Stage(program(TwoWords, {"one": comes_late, "two": looks}))
    tried = 0
    while not strategy.complete:
        outcome = Execution(stage, strategy, step_limit=LONG + 2).run()
        assert not outcome.bounded
        tried += 1
        strategy.end()
    assert tried == 2


def test_a_search_can_be_stopped_and_gone_on_with() -> None:
    async def stores(part: Any) -> None:
        await part.word.store(1)

    tasks = {"one": stores, "two": stores, "three": looks}
    whole = sum(not outcome.pruned for outcome in executions(program(Word, tasks), DporStrategy()))
    strategy = DporStrategy()
    first = sum(not outcome.pruned for outcome in islice(executions(program(Word, tasks), strategy), 2))
    strategy.end()
    rest = sum(not outcome.pruned for outcome in executions(program(Word, tasks), strategy))
    assert strategy.complete
    assert first + rest == whole
