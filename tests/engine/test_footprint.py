"""What a step touches: enough, and no more than it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.explore import executions
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.sync import ACQUIRE, RELEASE, Part
from tests.engine.programs import program

if TYPE_CHECKING:
    from aiovgic.sync import Parts
    from tests.engine.programs import Body


class Words(Part):
    """A word, one that holds a table, and a queue."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)
        self.table = self.shared("table", dict[str, int]())
        self.queue = self.wait_queue("queue")


def traces(*bodies: Body) -> int:
    """How many executions DPOR needs for these tasks."""
    found = executions(program(Words, {f"t{n}": body for n, body in enumerate(bodies)}), DporStrategy())
    return sum(not outcome.pruned for outcome in found)


async def fails_to_exchange(part: Any) -> None:
    await part.word.cmpxchg(7, 1)


async def stores_what_is_there(part: Any) -> None:
    await part.word.store(0)


async def stores(part: Any) -> None:
    await part.word.store(1)


async def changes_in_place(part: Any) -> None:
    (await part.table.update(lambda table: table)).update(one=1)


async def looks_into_the_table(part: Any) -> None:
    await part.table.load()


async def wakes(part: Any) -> None:
    await part.word.load()
    part.queue.wake()


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        (fails_to_exchange, fails_to_exchange, 1),
        (fails_to_exchange, stores_what_is_there, 1),
        (fails_to_exchange, stores, 2),
        (stores, stores, 2),
        (wakes, wakes, 1),
    ],
)
def test_what_leaves_a_word_as_it_was_has_only_looked(first: Body, second: Body, count: int) -> None:
    assert traces(first, second) == count


def test_a_table_that_is_changed_in_place_is_changed() -> None:
    assert traces(changes_in_place, looks_into_the_table) == 2
    assert traces(changes_in_place, changes_in_place) == 2


async def publishes_what_is_there(part: Any) -> None:
    await part.word.store(0, RELEASE)


async def reads_what_was_published(part: Any) -> None:
    await part.word.load(ACQUIRE)


def test_a_store_that_publishes_orders_though_it_changes_nothing() -> None:
    """Who reads the word before it has not seen what came before the store."""
    assert traces(publishes_what_is_there, reads_what_was_published) == 2
    assert traces(stores_what_is_there, reads_what_was_published) == 1


class Kept(Part):
    """A part whose words are kept in a table."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.start = self.shared("start", 0)
        self.table = {1: self.shared("one", 0)}


def test_freed_is_what_a_part_keeps_in_a_table_too() -> None:
    async def frees(part: Any) -> None:
        await part.start.load()
        part.free()

    async def reads(part: Any) -> None:
        await part.table[1].load()

    for bodies in ({"frees": frees, "reads": reads}, {"reads": reads, "frees": frees}):
        found = list(executions(program(Kept, bodies), DporStrategy()))
        assert {outcome.broken.kind if outcome.broken else "" for outcome in found} == {"", "use-after-free"}


class TwoLocks(Part):
    """Two locks of one class, told apart by their keys, and a word that each protects."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.locks = [self.lock("list_lock", key=key) for key in (1, 2)]


async def takes_the_first(part: Any) -> None:
    async with part.locks[0]:
        pass


async def takes_the_second(part: Any) -> None:
    async with part.locks[1]:
        pass


@pytest.mark.parametrize(
    ("other", "count"),
    [
        pytest.param(takes_the_first, 2, id="the same lock"),
        pytest.param(takes_the_second, 1, id="another key"),
    ],
)
def test_locks_of_one_class_and_owner_are_told_apart_by_their_keys(other: Body, count: int) -> None:
    bodies = {"one": takes_the_first, "two": other}
    found = executions(program(TwoLocks, bodies), DporStrategy())
    assert sum(not outcome.pruned for outcome in found) == count
