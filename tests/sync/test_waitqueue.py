"""Wait queues: a wake-up is lost exactly where KVM can lose it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.sync import Sleep
from aiovgic.sync.waitqueue import Prepare

if TYPE_CHECKING:
    from tests.sync.threads import Stage, Thread


def sleeper(stage: Stage, name: str = "sleeper", *, idle: bool = False, killable: bool = False) -> Thread:
    """A thread that waits until the box's word is not zero."""

    async def ready() -> bool:
        return await stage.box.word.load() != 0

    return stage.start(name, stage.box.queue.wait(ready, idle=idle, killable=killable))


def test_a_wake_up_without_a_sleeper_leaves_no_trace(stage: Stage) -> None:
    assert stage.box.queue.wake() is False
    thread = sleeper(stage)
    thread.run()
    assert thread.passed == ["prepare", "load"]
    assert thread.waits()


def test_a_wake_up_before_prepare_is_lost(stage: Stage) -> None:
    thread = sleeper(stage)
    assert stage.box.queue.wake() is False
    thread.run()
    assert thread.waits()


@pytest.mark.parametrize("steps", [pytest.param(1, id="before the test"), pytest.param(2, id="after the test")])
def test_a_wake_up_between_prepare_and_sleep_is_not_lost(stage: Stage, steps: int) -> None:
    thread = sleeper(stage)
    for _ in range(steps):
        thread.step()
    assert stage.box.queue.wake() is True
    thread.run()
    assert thread.passed == ["prepare", "load", "sleep", "prepare", "load"]


def test_a_sleeper_that_is_woken_for_nothing_sleeps_again(stage: Stage) -> None:
    thread = sleeper(stage)
    thread.run()
    stage.box.queue.wake()
    thread.run()
    assert thread.waits()
    assert not thread.ended()


def test_a_sleeper_that_is_woken_for_something_goes_on(stage: Stage) -> None:
    thread = sleeper(stage)
    thread.run()
    stage.box.word.value = 1
    assert thread.waits()
    stage.box.queue.wake()
    thread.run()
    assert thread.ended()
    assert stage.box.queue.sleepers == {}


def test_whoever_has_nothing_to_wait_for_does_not_sleep_and_leaves_the_queue(stage: Stage) -> None:
    stage.box.word.value = 1
    thread = sleeper(stage)
    thread.run()
    assert thread.passed == ["prepare", "load"]
    assert thread.ended()
    assert stage.box.queue.sleepers == {}


def test_a_second_wake_up_finds_nobody_left_to_wake(stage: Stage) -> None:
    sleeper(stage).run()
    assert [stage.box.queue.wake() for _ in range(3)] == [True, False, False]


def test_a_wake_up_counts_again_once_the_sleeper_has_gone_back(stage: Stage) -> None:
    thread = sleeper(stage)
    for _ in range(3):
        thread.run()
        assert stage.box.queue.wake() is True


def test_a_sleeper_that_was_woken_is_none_until_it_prepares_again(stage: Stage) -> None:
    thread = sleeper(stage)
    thread.run()
    stage.box.queue.wake()
    thread.step()
    assert stage.box.queue.sleepers == {}
    assert stage.box.queue.wake() is False
    thread.run()
    assert thread.waits()


def test_whoever_prepares_anew_waits_for_a_new_wake_up(stage: Stage) -> None:
    async def never() -> bool:
        return False

    async def prepare_twice() -> None:
        await Prepare(stage.box.queue)
        await Prepare(stage.box.queue)
        await Sleep(stage.box.queue, never, idle=False)

    thread = stage.start("one", prepare_twice())
    thread.step()
    stage.box.queue.wake()
    thread.step()
    assert thread.waits()


def test_one_wake_up_reaches_all_sleepers(stage: Stage) -> None:
    threads = [sleeper(stage, name) for name in ("one", "other")]
    for thread in threads:
        thread.run()
    stage.box.word.value = 1
    assert stage.box.queue.wake() is True
    for thread in threads:
        thread.run()
        assert thread.ended()


def test_a_wake_up_reaches_a_new_sleeper_beside_one_that_was_woken(stage: Stage) -> None:
    sleeper(stage, "one").run()
    stage.box.queue.wake()
    other = sleeper(stage, "other")
    other.run()
    assert stage.box.queue.wake() is True
    assert not other.waits()


def test_a_killed_sleeper_comes_back_and_leaves_the_queue(stage: Stage) -> None:
    thread = sleeper(stage, killable=True)
    thread.run()
    assert thread.waits()
    thread.kill()
    assert thread.ended()
    assert stage.box.queue.sleepers == {}
    assert stage.box.queue.wake() is False


def test_a_killable_sleeper_that_is_woken_is_asked_again(stage: Stage) -> None:
    thread = sleeper(stage, killable=True)
    thread.run()
    stage.box.queue.wake()
    thread.run()
    assert thread.passed == ["prepare", "load", "sleep", "prepare", "load"]
    assert thread.waits()


@pytest.mark.parametrize("killable", [pytest.param(False, id="to the end"), pytest.param(True, id="unless killed")])
@pytest.mark.parametrize("idle", [pytest.param(False, id="busy"), pytest.param(True, id="idle")])
def test_a_sleep_says_whether_it_is_idle_and_whether_it_is_killable(stage: Stage, idle: bool, killable: bool) -> None:
    thread = sleeper(stage, idle=idle, killable=killable)
    thread.run()
    assert thread.op is not None
    assert getattr(thread.op, "idle", None) is idle
    assert thread.op.killable is killable


def test_every_wake_up_is_announced_and_so_is_leaving(stage: Stage) -> None:
    stage.box.queue.wake()
    stage.box.word.value = 1
    sleeper(stage).run()
    assert stage.rt.changes == ["box.queue", "box.queue"]
    stage.box.queue.finish()
    assert stage.rt.changes == ["box.queue", "box.queue"]
