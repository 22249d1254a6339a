"""The live engine: the same programs as anyio tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from aiovgic.engine.live import LiveExecution, run_live
from aiovgic.sync import Channel, Part, Parts, Resched
from tests.engine.programs import Body, program

if TYPE_CHECKING:
    from aiovgic.engine.outcome import Outcome

MANY = 200


class Room(Part):
    """A word under a lock, a queue, and a server."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.lock_a = self.lock("a")
        self.lock_b = self.lock("b")
        self.word = self.shared("word", 0)
        self.queue = self.wait_queue("queue")
        self.channel: Channel[int, int] = Channel(self.rt, "server", self.serve)

    async def serve(self, request: int) -> int:
        await self.word.update(lambda now: now + request)
        return request + 1

    def shown(self) -> dict[str, Any]:
        return {"word": self.word.value}


async def increment(room: Room) -> None:
    for _ in range(MANY):
        async with room.lock_a:
            value = await room.word.load()
            await room.word.store(value + 1)


def live(bodies: dict[str, Body], **how: Any) -> Outcome:
    """One live run."""

    async def main() -> Outcome:
        with anyio.fail_after(10):
            return await LiveExecution(program(Room, bodies), **how).run()

    outcome: Outcome = run_live(main)
    return outcome


@pytest.mark.parametrize("chaos", [0.0, 0.3, 1.0])
def test_no_update_is_lost_under_a_lock(chaos: float) -> None:
    outcome = live({"one": increment, "two": increment}, chaos=chaos, seed=5)
    assert outcome.broken is None
    assert outcome.seen == {"word": 2 * MANY}


def test_a_sleeper_is_woken() -> None:
    async def sleeper(room: Room) -> None:
        async def written() -> bool:
            return bool(await room.word.load())

        await room.queue.wait(written)
        await room.word.store(2)

    async def waker(room: Room) -> None:
        await room.word.store(1)
        room.queue.wake()

    outcome = live({"sleeper": sleeper, "waker": waker})
    assert outcome.broken is None
    assert outcome.seen == {"word": 2}


def test_tasks_that_wait_for_each_other_are_a_deadlock() -> None:
    async def forwards(room: Room) -> None:
        async with room.lock_a:
            await room.word.store(1)
            async with room.lock_b:
                pass

    async def backwards(room: Room) -> None:
        async with room.lock_b:
            await room.word.store(2)
            async with room.lock_a:
                pass

    outcome = live({"one": forwards, "two": backwards}, chaos=1.0, seed=1)
    assert outcome.broken is not None
    assert outcome.broken.kind == "deadlock"
    assert outcome.broken.saw == ("one waits for p.b, held by two", "two waits for p.a, held by one")


def test_an_idle_task_is_killed_when_nobody_else_runs() -> None:
    async def idler(room: Room) -> None:
        async def never() -> bool:
            return False

        await room.queue.wait(never, idle=True, killable=True)
        assert room.rt.signalled()
        await room.word.store(7)

    outcome = live({"idler": idler, "worker": increment})
    assert outcome.broken is None
    assert outcome.seen == {"word": 7}


def test_a_server_works_in_the_context_of_who_called() -> None:
    async def caller(room: Room) -> None:
        async with room.lock_a:
            assert await room.channel.call(3) == 4
            room.lock_a.assert_held()

    outcome = live({"one": caller, "two": caller})
    assert outcome.broken is None
    assert outcome.seen == {"word": 6}


def test_what_a_server_breaks_is_the_callers_failure() -> None:
    async def caller(room: Room) -> None:
        await room.channel.call("three")  # type: ignore[arg-type]  # it is to fail

    outcome = live({"one": caller})
    assert outcome.broken is not None
    assert outcome.broken.kind == "test-error"
    assert outcome.broken.places[0].task == "one"


def test_a_cancelled_run_ends_where_kvm_can_be_killed() -> None:
    released: list[bool] = []

    async def holder(room: Room) -> None:
        async with room.lock_a:

            async def never() -> bool:
                return False

            await room.queue.wait(never, killable=True)
        released.append(room.lock_a.holder is None)

    async def waiter(room: Room) -> None:
        async with room.lock_a:
            released.append(True)

    async def spinner(room: Room) -> None:
        while not room.rt.signalled():
            await room.word.load()

    async def main() -> None:
        with anyio.move_on_after(0.05):
            bodies = {"holder": holder, "waiter": waiter, "spinner": spinner}
            await LiveExecution(program(Room, bodies), chaos=0.5).run()

    run_live(main)
    assert released == [True, True]


def test_who_spins_for_another_for_ever_is_a_livelock_and_leaves_nothing_before_the_end() -> None:
    left: list[bool] = []

    async def spinner(room: Room) -> None:
        try:
            async with room.lock_a:
                while True:
                    await Resched()
        finally:
            left.append(room.rt.dead)

    async def main() -> Outcome:
        return await LiveExecution(program(Room, {"one": spinner}), step_limit=100).run()

    outcome = run_live(main)
    assert outcome.broken is not None
    assert (outcome.broken.kind, outcome.broken.rule) == ("livelock", "step-limit")
    assert left == [True]
