"""Locks that are never released, locks that are not held, and objects that are freed too early."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.sync import Guarded, Part, Parts, Rcu
from tests.engine.watched import found, rules

if TYPE_CHECKING:
    from tests.engine.programs import Body

FREED = ["use-after-free: happens-before"]


class Held(Part):
    """What may be freed."""

    plain = Guarded(0, by="lock")


class Box(Part):
    """Something, what guards it, and a flag that says it is gone."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.held = parts.make(Held, "held")
        self.mutex = self.lock("lock", sleeps=True)
        self.gone = self.shared("gone", 0)
        self.count = self.ref()
        self.srcu = self.srcu_struct("srcu")
        self.rcu = Rcu(self.rt, self, "rcu")


async def keeps_the_lock(box: Box) -> None:
    await box.mutex.acquire()


async def stays_a_reader(box: Box) -> None:
    await box.srcu.read()


async def gives_back(box: Box) -> None:
    async with box.mutex, box.srcu.read():
        await box.gone.load()


@pytest.mark.parametrize(("ends", "thing"), [(keeps_the_lock, "p.lock"), (stays_a_reader, "p.srcu")])
def test_whoever_ends_and_keeps_something_is_a_deadlock_to_come(ends: Body, thing: str) -> None:
    (broken,) = found(Box, {"one": ends})
    assert (broken.kind, broken.rule) == ("deadlock", "never-released")
    assert broken.title == f"one ended and still has {thing}: the next task that takes it waits for ever"
    assert rules(Box, {"one": gives_back}) == []


def test_who_waits_for_what_was_kept_is_told_in_its_place() -> None:
    (broken,) = found(Box, {"one": keeps_the_lock, "two": gives_back})
    assert (broken.kind, broken.rule, broken.saw) == (
        "deadlock",
        "never-woken",
        ("two waits for p.lock, held by one",),
    )


async def relies_on_the_lock(box: Box) -> None:
    await box.gone.load()
    box.mutex.assert_held()
    box.held.plain += 1


async def holds_the_lock(box: Box) -> None:
    async with box.mutex:
        await relies_on_the_lock(box)


def test_a_lock_that_is_not_held_ends_nothing_and_the_race_behind_it_is_found_too() -> None:
    assert rules(Box, {"one": holds_the_lock, "two": holds_the_lock}) == []
    broken = found(Box, {"one": holds_the_lock, "two": relies_on_the_lock})
    assert [f"{each.kind}: {each.rule}" for each in broken] == [
        "lock-order: not-held",
        "data-race: happens-before",
    ]
    assert broken[0].title == "two does not hold p.lock, which is to be held here"
    assert [(place.task, place.function, Path(place.file).name) for place in broken[0].places] == [
        ("two", "relies_on_the_lock", "test_kept.py")
    ]


def test_a_lock_of_nobody_cannot_be_given_back() -> None:
    async def unlocks(box: Box) -> None:
        await box.gone.load()
        box.mutex.release()

    (broken,) = found(Box, {"one": unlocks})
    assert (broken.kind, broken.rule) == ("lock-order", "unlock-balance")
    assert broken.title == "p.lock is released by one, held by no task"


async def reads(box: Box) -> None:
    async with box.srcu.read(), box.rcu.read():
        if await box.gone.load() == 0:
            assert box.held.plain == 0


async def frees_at_once(box: Box) -> None:
    await box.gone.store(1)
    box.held.free()


async def frees_after_a_grace_period(box: Box) -> None:
    await box.gone.store(1)
    await box.srcu.synchronize()
    box.held.free()


async def leaves_it_to_the_last_reader(box: Box) -> None:
    await box.gone.store(1)
    box.rcu.call(box.held.free)


def test_memory_goes_once_nobody_can_be_looking_whether_somebody_was_or_not() -> None:
    assert rules(Box, {"one": reads, "two": frees_at_once}) == FREED
    assert rules(Box, {"one": reads, "two": frees_after_a_grace_period}) == []
    assert rules(Box, {"one": reads, "two": leaves_it_to_the_last_reader}) == []


def test_what_else_is_left_to_the_last_reader_orders_nothing_that_is_freed_at_once() -> None:
    async def reads_as_an_rcu_reader(box: Box) -> None:
        async with box.rcu.read():
            if await box.gone.load() == 0:
                assert box.held.plain == 0

    async def leaves_another(box: Box) -> None:
        await box.gone.store(1)
        box.rcu.call(box.parts.make(Held, "another").free)
        box.held.free()

    assert rules(Box, {"one": reads_as_an_rcu_reader, "two": leaves_another}) == FREED


async def gives_back_the_first(first: Held) -> None:
    first.free()


async def gives_back_the_second(second: Held) -> None:
    second.free()


def test_of_two_of_one_name_the_one_that_was_used_was_freed_where_it_was() -> None:
    async def uses_the_first(box: Box) -> None:
        await box.gone.load()
        first, second = box.held, box.parts.make(Held, "held")
        await gives_back_the_first(first)
        await gives_back_the_second(second)
        first.plain = 1

    (broken,) = found(Box, {"one": uses_the_first})
    assert [place.function for place in broken.places] == ["uses_the_first", "gives_back_the_first"]


async def reads_and_drops(box: Box) -> None:
    assert box.held.plain == 0
    await box.count.put()


async def finds_it_dead(box: Box) -> None:
    if not await box.count.get_unless_zero():
        box.held.free()


async def finds_it_dead_and_waits(box: Box) -> None:
    if not await box.count.get_unless_zero():
        box.rcu.call(box.held.free)


def test_a_count_of_zero_orders_nothing_and_a_grace_period_after_it_does() -> None:
    assert rules(Box, {"one": reads_and_drops, "two": finds_it_dead}) == FREED
    assert rules(Box, {"one": reads_and_drops, "two": finds_it_dead_and_waits}) == []


def test_both_sides_of_a_free_without_order_are_named() -> None:
    (broken,) = found(Box, {"one": reads, "two": frees_at_once})
    assert broken.title == "held.plain is read by one, and held freed by two, in no order"
    assert [(place.task, place.access) for place in broken.places] == [("one", "read"), ("two", "freed")]
