"""Locks: who holds them, who waits, and what they do to interrupts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from aiovgic.sync import Lock
    from tests.sync.threads import Stage


async def hold(lock: Lock) -> None:
    """Take a lock and keep it over one operation."""
    async with lock:
        await lock.owner.choose(1, "while it is held")


async def keep(lock: Lock) -> None:
    """Take a lock for good."""
    await lock.acquire()


async def twice(lock: Lock) -> None:
    """Take a lock that one holds."""
    async with lock, lock:
        raise AssertionError("never here")


async def keep_killable(lock: Lock) -> bool:
    """Take a lock for good unless killed."""
    return await lock.acquire_killable()


async def attempt(lock: Lock) -> bool:
    """Take a lock for good if it is free."""
    return await lock.trylock()


def test_a_free_lock_is_taken(stage: Stage) -> None:
    one = stage.start("one", hold(stage.box.mutex))
    one.step()
    assert stage.box.mutex.holder is one.context
    assert one.context.held == [stage.box.mutex]


def test_a_lock_is_given_back_at_the_end_of_its_block(stage: Stage) -> None:
    one = stage.start("one", hold(stage.box.mutex))
    one.run()
    assert stage.box.mutex.holder is None
    assert one.context.held == []


def test_giving_a_lock_back_is_no_point_and_is_announced(stage: Stage) -> None:
    one = stage.start("one", hold(stage.box.mutex))
    one.run()
    assert one.ended()
    assert one.passed == ["lock", "choose"]
    assert stage.rt.changes == ["box.mutex"]


def test_a_lock_that_is_held_makes_the_next_one_wait(stage: Stage) -> None:
    lock = stage.box.mutex
    one, other = stage.start("one", hold(lock)), stage.start("other", hold(lock))
    one.step()
    assert other.waits()
    one.run()
    other.step()
    assert lock.holder is other.context


def test_a_lock_is_never_ready_for_the_one_who_holds_it(stage: Stage) -> None:
    one = stage.start("one", twice(stage.box.mutex))
    one.run()
    assert one.waits()
    assert stage.box.mutex.holder is one.context


def test_an_error_inside_gives_the_lock_back(stage: Stage) -> None:
    async def fail() -> None:
        async with stage.box.mutex:
            raise LookupError

    with pytest.raises(LookupError):
        stage.rt.finish(fail())
    assert stage.box.mutex.holder is None


def test_locks_may_be_given_back_in_any_order(stage: Stage) -> None:
    box = stage.box

    async def hand_over_hand() -> None:
        await box.mutex.acquire()
        await box.irq_lock.acquire()
        box.mutex.release()

    one = stage.start("one", hand_over_hand())
    one.run()
    assert one.context.held == [box.irq_lock]


def test_whoever_is_killed_while_waiting_gets_no_lock(stage: Stage) -> None:
    one, other = stage.start("one", keep(stage.box.mutex)), stage.start("other", keep_killable(stage.box.mutex))
    one.run()
    assert other.waits()
    other.kill()
    assert other.result is False
    assert stage.box.mutex.holder is one.context
    assert other.context.held == []


def test_a_killable_wait_for_a_free_lock_takes_it(stage: Stage) -> None:
    one = stage.start("one", keep_killable(stage.box.mutex))
    one.run()
    assert one.result is True
    assert stage.box.mutex.holder is one.context


def test_a_trylock_takes_a_free_lock(stage: Stage) -> None:
    one = stage.start("one", attempt(stage.box.irq_lock))
    one.run()
    assert one.result is True
    assert stage.box.irq_lock.holder is one.context
    assert one.context.cpu.irqs_off == 1


def test_a_trylock_of_a_held_lock_neither_waits_nor_takes(stage: Stage) -> None:
    one, other = stage.start("one", keep(stage.box.irq_lock)), stage.start("other", attempt(stage.box.irq_lock))
    one.run()
    assert not other.waits()
    other.run()
    assert other.result is False
    assert stage.box.irq_lock.holder is one.context
    assert other.context.cpu.irqs_off == 0


def test_interrupts_are_off_while_any_irqsave_lock_is_held(stage: Stage) -> None:
    seen: list[int] = []

    async def nest() -> None:
        cpu = stage.rt.current.cpu
        async with stage.box.mutex:
            seen.append(cpu.irqs_off)
            async with stage.box.list_lock:
                seen.append(cpu.irqs_off)
                async with stage.box.irq_lock:
                    seen.append(cpu.irqs_off)
                seen.append(cpu.irqs_off)
        seen.append(cpu.irqs_off)

    stage.start("one", nest()).run()
    assert seen == [0, 1, 2, 1, 0]


def test_a_lock_is_held_only_in_the_eyes_of_its_holder(stage: Stage) -> None:
    lock = stage.box.mutex
    one, other = stage.start("one", keep(lock)), stage.start("other", keep(lock))
    with pytest.raises(AssertionError, match=r"^other does not hold box\.mutex"):
        lock.assert_held()
    one.run()
    lock.assert_held()
    stage.rt.current = other.context
    with pytest.raises(AssertionError, match=r"^other does not hold box\.mutex"):
        lock.assert_held()


def test_the_lock_of_another_cannot_be_given_back(stage: Stage) -> None:
    one, other = stage.start("one", keep(stage.box.mutex)), stage.start("other", keep(stage.box.irq_lock))
    one.run()
    stage.rt.current = other.context
    with pytest.raises(Violation, match=r"^lock-order: box\.mutex is released by other, held by one$"):
        stage.box.mutex.release()


def test_in_a_dead_runtime_locks_stay_as_they_are(stage: Stage) -> None:
    one = stage.start("one", hold(stage.box.irq_lock))
    one.step()
    stage.close()
    assert stage.box.irq_lock.holder is one.context
    assert stage.rt.changes == []


def test_a_lock_is_known_by_its_owner_class_and_key(stage: Stage) -> None:
    lock = stage.box.list_lock
    assert (lock.name, lock.cls, lock.key, lock.irqsave, lock.sleeps) == ("box.list_lock", "list_lock", 3, True, False)
    assert repr(lock) == "<Lock box.list_lock held by None>"
    assert lock.acquire().target == "box.list_lock"
