"""DPOR against naive DFS with all detectors, on the smallest programs on which DPOR once missed something."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import Exploration, explore
from aiovgic.engine.outcome import Outcome
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.record.finding import Finding
from aiovgic.record.schedule import Schedule
from aiovgic.sync import ACQUIRE, FULL, RELAXED, RELEASE, Context, Guarded, LockOrder, Part, fence
from tests.engine.programs import program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.sync import Parts
    from aiovgic.sync.shared import Order
    from tests.engine.programs import Body


class Object(Part):
    """An object with a count, which can be freed."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.refs = self.ref()


class Box(Part):
    """One of everything that the programs need."""

    ga = Guarded(0, by="a")
    gb = Guarded(0, by="b")
    gc = Guarded(0, by="a")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.u = self.shared("u", 0)
        self.v = self.shared("v", 0)
        self.a = self.lock("a")
        self.b = self.lock("b")
        self.object = parts.make(Object, "o")
        self.srcu = self.srcu_struct("srcu")
        self.seen: dict[str, int] = {}

    def shown(self) -> dict[str, Any]:
        """What the tasks have read."""
        return dict(sorted(self.seen.items()))


Seen = tuple[set[str], set[tuple[object, ...]]]


def shows(bodies: Mapping[str, Body], strategy: Strategy) -> Seen:
    """The outcomes and the findings of a complete search."""
    detectors = Detectors(LockOrder())
    search = explore(program(Box, bodies), strategy, 50_000, watches=detectors.watches, go_on=True)
    assert search.complete
    return {json.dumps(seen) for seen in search.histogram.seen}, set(search.found)


def same_in_every_order(bodies: Mapping[str, Body]) -> Seen:
    """What naive DFS shows; DPOR must show the same, whatever the order in which the tasks are created."""
    everything = shows(bodies, DfsStrategy())
    for order in permutations(bodies):
        assert shows({name: bodies[name] for name in order}, DporStrategy()) == everything, order
    return everything


# -- an execution that ends early ---------------------------------------------------------------


async def asserts_under_the_lock(part: Any) -> None:
    async with part.a:
        assert await part.u.load() == 0


async def stores_under_the_lock(part: Any) -> None:
    async with part.a:
        await part.u.store(1)


async def asserts_first(part: Any) -> None:
    async with part.a:
        assert await part.u.load() == 1


def test_a_task_that_waits_when_another_breaks_may_come_first() -> None:
    for breaks in (asserts_under_the_lock, asserts_first):
        outcomes, found = same_in_every_order({"p": breaks, "q": stores_under_the_lock})
        assert len(outcomes) == 1
        assert {kind for kind, *_ in found} == {"test-error"}


def test_a_reader_that_breaks_does_not_hide_what_waits_for_it() -> None:
    async def reads_and_asserts(part: Any) -> None:
        async with part.srcu.read():
            assert await part.u.load() == 1

    async def waits_for_readers(part: Any) -> None:
        await part.srcu.synchronize()
        part.ga = 1
        await part.u.store(1)

    async def looks(part: Any) -> None:
        part.seen["u"] = await part.u.load()
        part.seen["ga"] = part.ga

    _, found = same_in_every_order({"p": reads_and_asserts, "q": waits_for_readers, "r": looks})
    assert {kind for kind, *_ in found} == {"test-error", "data-race"}


async def drops(part: Any) -> None:
    await part.object.refs.put()


async def writes_in_a_section(part: Any) -> None:
    async with part.srcu.read():
        part.gc = 2


@pytest.mark.parametrize("drops_first", [False, True])
def test_a_race_is_kept_though_a_step_that_breaks_follows(*, drops_first: bool) -> None:
    async def reads_and_frees(part: Any) -> None:
        part.seen["gc"] = part.gc
        if drops_first:
            await part.object.refs.put()
        part.object.free()

    _, found = same_in_every_order({"drops": drops, "writes": writes_in_a_section, "frees": reads_and_frees})
    assert ("data-race", "happens-before", ("frees", "p", "gc"), ("writes", "p", "gc")) in found
    assert {kind for kind, *_ in found} - {"data-race"}


def test_a_race_is_kept_though_the_search_gave_the_execution_up() -> None:
    race = Finding(kind="data-race", rule="happens-before", title="a race", ends=False)
    search = Exploration()
    search.note(Outcome(Schedule(((1, "q"),), ()), 2, 0, pruned=True, races=(race,)), DporStrategy())
    assert search.executions == 0
    assert [(each.kind, each.schedule) for each in search.found.values()] == [("data-race", "1>q")]


def test_a_choice_of_which_one_alternative_breaks_is_tried_before_other_steps() -> None:
    async def chooses(part: Any) -> None:
        assert await part.choose(2, "which") == 0
        await part.v.load()

    async def races(part: Any) -> None:
        await part.u.load()
        part.ga = 1

    async def reads(part: Any) -> None:
        await part.u.load()
        part.seen["ga"] = part.ga

    _, found = same_in_every_order({"chooses": chooses, "races": races, "reads": reads})
    assert {kind for kind, *_ in found} == {"test-error", "data-race"}


# -- stores of the old value --------------------------------------------------------------------


async def publishes(part: Any) -> None:
    part.ga = 1
    await part.u.store(1, RELEASE)


async def publishes_after_a_barrier(part: Any) -> None:
    part.ga = 1
    await fence(RELEASE)
    await part.u.store(1)


async def hears(part: Any) -> None:
    if await part.u.load(ACQUIRE):
        part.seen["ga"] = part.ga


async def ends_the_sequence(part: Any) -> None:
    if await part.u.load():
        await part.u.store(1)


async def continues_the_sequence(part: Any) -> None:
    await part.u.update(lambda now: now, RELAXED)


@pytest.mark.parametrize("publisher", [publishes, publishes_after_a_barrier])
def test_a_relaxed_store_of_the_old_value_ends_a_release_sequence(publisher: Body) -> None:
    _, found = same_in_every_order({"a": publisher, "c": hears, "b": ends_the_sequence})
    assert [kind for kind, *_ in found] == ["data-race"]


def test_an_exchange_of_a_value_for_itself_continues_a_release_sequence() -> None:
    _, found = same_in_every_order({"a": publishes, "c": hears, "b": continues_the_sequence})
    assert not found


@pytest.mark.parametrize("order", [RELEASE, FULL])
def test_a_compare_and_exchange_of_a_value_for_itself_publishes(order: Order) -> None:
    async def exchanges(part: Any) -> None:
        part.ga = 1
        await part.u.cmpxchg(0, 0, order)
        await part.v.store(1)

    async def reads(part: Any) -> None:
        if await part.v.load():
            await part.u.load(ACQUIRE)
            part.seen["ga"] = part.ga

    outcomes, found = same_in_every_order({"a": exchanges, "c": reads})
    assert len(outcomes) == 2
    assert not found


def test_a_compare_and_exchange_that_fails_orders_nothing() -> None:
    async def fails(part: Any) -> None:
        part.ga = 1
        await part.u.cmpxchg(7, 0, FULL)

    async def reads(part: Any) -> None:
        await part.u.load(ACQUIRE)
        part.seen["ga"] = part.ga

    _, found = same_in_every_order({"a": fails, "c": reads})
    assert [kind for kind, *_ in found] == ["data-race"]


# -- tasks that are spawned ------------------------------------------------------------------------


async def child(part: Any) -> None:
    async with part.a:
        part.ga = 1


def spawns(part: Any, name: str) -> None:
    part.rt.spawn(child(part), Context(name, part.rt.current.cpu))


def test_a_task_may_spawn_before_its_first_point() -> None:
    async def spawns_at_once(part: Any) -> None:
        spawns(part, "child")
        async with part.a:
            part.seen["ga"] = part.ga

    async def spawns_twice(part: Any) -> None:
        spawns(part, "one")
        await part.u.store(1)
        spawns(part, "two")

    async def reads(part: Any) -> None:
        part.seen["u"] = await part.u.load()

    outcomes, found = same_in_every_order({"parent": spawns_at_once, "other": reads})
    assert len(outcomes) == 2
    assert not found
    same_in_every_order({"parent": spawns_twice, "other": reads})


def test_a_task_that_does_nothing_but_spawn() -> None:
    async def only_spawns(part: Any) -> None:
        spawns(part, "child")

    async def reads(part: Any) -> None:
        async with part.a:
            part.seen["ga"] = part.ga

    outcomes, _ = same_in_every_order({"parent": only_spawns, "other": reads})
    assert len(outcomes) == 2
