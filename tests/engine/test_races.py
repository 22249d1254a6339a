"""Data races: what orders two accesses, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.replaying import replay
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.engine.watch import Watch
from aiovgic.record.schedule import Schedule
from aiovgic.sync import (
    ACQUIRE,
    FULL,
    RELAXED,
    RELEASE,
    Context,
    Guarded,
    GuardedList,
    HostCpu,
    Part,
    Parts,
    Rcu,
    fence,
)
from tests.engine.programs import program
from tests.engine.watched import NO_ORDER, found, rules

if TYPE_CHECKING:
    from aiovgic.sync import Declared
    from aiovgic.sync.shared import Order

RACE = ["data-race: happens-before"]


class Box(Part):
    """A plain field, and everything that could order its accesses."""

    plain = Guarded(0, by="lock")
    items = GuardedList[int](by="lock")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.mutex = self.lock("lock", sleeps=True)
        self.flag = self.shared("flag", 0)
        self.count = self.ref(2)
        self.queue = self.wait_queue("queue")
        self.srcu = self.srcu_struct("srcu")
        self.rcu = Rcu(self.rt, self, "rcu")


async def write(box: Box) -> None:
    await box.flag.load()
    box.plain = 1


async def read(box: Box) -> None:
    await box.flag.load()
    assert box.plain in {0, 1}


async def locked(box: Box) -> None:
    async with box.mutex:
        await box.flag.load()
        box.plain += 1


def test_two_accesses_without_an_order_race_whichever_comes_first() -> None:
    assert rules(Box, {"one": write, "two": write}) == RACE
    assert rules(Box, {"one": write, "two": read}) == RACE
    assert rules(Box, {"one": read, "two": read}) == []


def test_a_race_names_both_sides() -> None:
    (race,) = found(Box, {"one": write, "two": read})
    assert race.title == "p.plain is written by one and read by two, in no order"
    assert [(place.task, place.access, place.object, place.field) for place in race.places] == [
        ("one", "write", "p", "plain"),
        ("two", "read", "p", "plain"),
    ]


def test_a_lock_orders_and_half_a_lock_does_not() -> None:
    assert rules(Box, {"one": locked, "two": locked}) == []
    assert rules(Box, {"one": locked, "two": read}) == RACE


def test_trying_a_lock_orders_only_those_who_get_it() -> None:
    async def tries(box: Box) -> None:
        if await box.mutex.trylock():
            box.plain += 1
            box.mutex.release()

    async def tries_anyway(box: Box) -> None:
        got = await box.mutex.trylock()
        box.plain += 1
        if got:
            box.mutex.release()

    assert rules(Box, {"one": locked, "two": tries}) == []
    assert rules(Box, {"one": locked, "two": tries_anyway}) == RACE


@pytest.mark.parametrize(
    ("stored", "loaded", "races"),
    [(RELEASE, ACQUIRE, []), (FULL, FULL, []), (RELAXED, ACQUIRE, RACE), (RELEASE, RELAXED, RACE)],
)
def test_a_flag_publishes_with_release_and_acquire_and_with_nothing_less(
    stored: Order, loaded: Order, races: list[str]
) -> None:
    async def publishes(box: Box) -> None:
        box.plain = 1
        await box.flag.store(1, stored)

    async def looks(box: Box) -> None:
        if await box.flag.load(loaded):
            assert box.plain == 1

    assert rules(Box, {"one": publishes, "two": looks}) == races


def test_barriers_make_relaxed_accesses_publish() -> None:
    async def publishes(box: Box) -> None:
        box.plain = 1
        await fence(RELEASE)
        await box.flag.store(1)

    async def looks(box: Box) -> None:
        if await box.flag.load():
            await fence(ACQUIRE)
            assert box.plain == 1

    async def looks_without(box: Box) -> None:
        if await box.flag.load():
            assert box.plain == 1

    assert rules(Box, {"one": publishes, "two": looks}) == []
    assert rules(Box, {"one": publishes, "two": looks_without}) == RACE


def test_the_last_reference_knows_what_all_others_did() -> None:
    async def drops(box: Box) -> None:
        if not await box.count.put():
            return
        box.plain = 7

    async def writes_and_drops(box: Box) -> None:
        box.plain = 1
        await drops(box)

    async def drops_and_reads(box: Box) -> None:
        last = await box.count.put()
        assert box.plain in {0, 1} or last

    assert rules(Box, {"one": writes_and_drops, "two": drops}) == []
    assert rules(Box, {"one": writes_and_drops, "two": drops_and_reads}) == RACE


def test_a_wakeup_orders_the_waker_before_the_sleeper() -> None:
    async def sleeps(box: Box) -> None:
        async def is_set() -> bool:
            return await box.flag.load() == 1

        await box.queue.wait(is_set)
        if await box.flag.load(RELAXED) == 1:
            assert box.plain in {0, 1}

    async def wakes(box: Box) -> None:
        box.plain = 1
        await box.flag.store(1, RELEASE)
        box.queue.wake()

    async def sleeps_once(box: Box) -> None:
        asked: list[int] = []

        async def second_time() -> bool:
            asked.append(1)
            return len(asked) > 1

        await box.queue.wait(second_time)
        assert box.plain == 1

    assert rules(Box, {"one": wakes, "two": sleeps}) == RACE  # who finds the flag does not sleep
    in_order = program(Box, {"two": sleeps_once, "one": wakes})
    assert Execution(Stage(in_order), DfsStrategy(), watches=Detectors(NO_ORDER).watches).run().races == ()


def test_a_grace_period_orders_its_readers_and_nobody_else() -> None:
    async def reads(box: Box) -> None:
        async with box.srcu.read():
            if await box.flag.load() == 0:
                assert box.plain == 0

    async def replaces(box: Box) -> None:
        await box.flag.store(1)
        await box.srcu.synchronize()
        box.plain = 1

    async def hurries(box: Box) -> None:
        await box.flag.store(1)
        box.plain = 1

    assert rules(Box, {"one": replaces, "two": reads}) == []
    assert rules(Box, {"one": hurries, "two": reads}) == RACE


def test_whoever_is_spawned_knows_what_its_parent_did_before() -> None:
    def spawning(*, writes_after: bool) -> Any:
        async def child(box: Box) -> None:
            assert await box.flag.load() == 0
            assert box.plain in {1, 2}

        async def parent(box: Box) -> None:
            box.plain = 1
            box.rt.spawn(child(box), Context("child", HostCpu(9)))
            if writes_after:
                box.plain = 2

        return parent

    assert rules(Box, {"one": spawning(writes_after=False)}) == []
    assert rules(Box, {"one": spawning(writes_after=True)}) == RACE


def test_an_interrupt_handler_comes_after_what_its_cpu_did_and_before_the_rest() -> None:
    async def handler(box: Box) -> None:
        await box.flag.load()
        box.plain += 1

    async def thread(box: Box) -> None:
        await write(box)
        await write(box)

    assert rules(Box, {"one": thread, "handler": handler}, isrs=("handler",)) == []
    assert rules(Box, {"one": thread, "other": read, "handler": handler}, isrs=("handler",)) != []


def test_containers_race_as_a_whole() -> None:
    async def appends(box: Box) -> None:
        await box.flag.load()
        box.items.append(1)

    async def counts(box: Box) -> None:
        await box.flag.load()
        assert len(box.items) < 2

    assert rules(Box, {"one": appends, "two": counts}) == RACE


def test_a_data_race_read_races_with_nothing() -> None:
    async def knows(box: Box) -> None:
        await box.data_race(lambda: box.plain)

    assert rules(Box, {"one": write, "two": knows}) == []


def test_a_race_ends_nothing_and_its_consequence_is_found_too() -> None:
    async def breaks(box: Box) -> None:
        await box.flag.load()
        if box.plain:
            box.free()
            box.plain = 2

    assert rules(Box, {"one": write, "two": breaks}) == [
        "use-after-free: written",
        *RACE,
        "use-after-free: happens-before",
    ]


def test_a_replay_says_file_and_line_and_locks_of_both_sides() -> None:
    detectors = Detectors(NO_ORDER)
    racing = program(Box, {"one": locked, "two": read})
    search = explore(racing, DfsStrategy(), 100, watches=detectors.watches)
    (first,) = search.found.values()
    again = replay(racing, Schedule.parse(first.schedule), detectors.again(exact=True).watches)
    (race,) = again.outcome.races
    assert race.identity == first.identity
    assert [(place.function, Path(place.file).name, place.locks) for place in race.places] == [
        ("locked", "test_races.py", ("p.lock",)),
        ("read", "test_races.py", ()),
    ]
    assert all(place.line for place in race.places)


def test_a_field_that_raced_is_promoted() -> None:
    class Listening(Watch):
        def __init__(self) -> None:
            self.fields: list[str] = []

        def promoted(self, field: Declared) -> None:
            self.fields.append(field.field)

    listening = Listening()
    racing = program(Box, {"one": write, "two": write})
    explore(racing, DfsStrategy(), 1, watches=(*Detectors(NO_ORDER).watches, listening))
    assert listening.fields == ["plain"]
