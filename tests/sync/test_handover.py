"""Hand-over: the server works in the context of the task that asked, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.record.finding import Violation
from aiovgic.sync import Channel, Context, HostCpu, Runtime, run_inline
from tests.sync.threads import Notes, Stage

if TYPE_CHECKING:
    from aiovgic.sync import Lock


class Desk:
    """A server that doubles what it is asked, and remembers for which task."""

    def __init__(self, stage: Stage, lock: Lock | None = None) -> None:
        self.stage = stage
        self.lock = lock
        self.served: list[tuple[int, str]] = []
        self.channel = Channel[int, int](stage.rt, "desk", self.handle)

    async def handle(self, request: int) -> int:
        if self.lock is not None:
            self.lock.assert_held()
        await self.stage.box.word.update(lambda now: now + 1)
        self.served.append((request, self.stage.rt.current.name))
        return request * 2


def test_an_answer_comes_back_to_the_one_who_asked(stage: Stage) -> None:
    desk = Desk(stage)
    assert stage.rt.finish(desk.channel.call(21)) == 42


def test_one_server_answers_again_and_again(stage: Stage) -> None:
    desk = Desk(stage)

    async def ask() -> list[int]:
        return [await desk.channel.call(number) for number in range(4)]

    assert stage.rt.finish(ask()) == [0, 2, 4, 6]
    assert stage.rt.finish(ask()) == [0, 2, 4, 6]
    assert len(desk.served) == 8


def test_the_server_holds_what_the_caller_holds(stage: Stage) -> None:
    desk = Desk(stage, stage.box.mutex)

    async def ask() -> int:
        async with stage.box.mutex:
            return await desk.channel.call(21)

    assert stage.rt.finish(ask()) == 42
    with pytest.raises(AssertionError, match=r"^setup does not hold box\.mutex"):
        stage.rt.finish(desk.channel.call(21))


def test_the_operations_of_the_server_are_done_as_the_caller(stage: Stage) -> None:
    seen: list[Context | None] = []

    async def handle(_: int) -> None:
        async with stage.box.mutex:
            seen.append(stage.box.mutex.holder)

    channel = Channel[int, None](stage.rt, "desk", handle)
    writer = stage.rt.current = Context("writer", HostCpu(0))
    run_inline(channel.call(0), writer)
    assert seen == [writer]
    assert writer.held == []


def test_a_server_may_ask_another(stage: Stage) -> None:
    desk = Desk(stage)

    async def handle(request: int) -> int:
        return await desk.channel.call(request) + 1

    front = Channel[int, int](stage.rt, "front", handle)
    assert stage.rt.finish(front.call(21)) == 43


def test_neither_the_hand_over_nor_the_answer_is_a_point(stage: Stage) -> None:
    call = Desk(stage).channel.call(21)
    hand_over = call.send(None)
    assert (hand_over.kind, hand_over.point, hand_over.target) == ("hand-over", False, "desk")
    call.close()
    server = Desk(stage).channel.open()
    server.send(21)
    answer = server.send(0)
    assert (answer.kind, answer.point) == ("answer", False)


def test_the_server_waits_at_its_door_from_the_first_time_it_is_opened(stage: Stage) -> None:
    channel = Desk(stage).channel
    assert channel.open() is channel.open()


def test_a_closed_channel_opens_again_with_a_new_server(stage: Stage) -> None:
    desk = Desk(stage)
    before = desk.channel.open()
    desk.channel.close()
    desk.channel.close()
    assert desk.channel.open() is not before
    assert stage.rt.finish(desk.channel.call(1)) == 2


def test_the_runtime_is_told_of_every_channel(stage: Stage) -> None:
    served: list[str] = []

    class Told(Notes):
        def serve(self, channel: Channel[Any, Any]) -> None:
            served.append(channel.name)

    stage.rt = Told()
    Desk(stage)
    assert served == ["desk"]


def test_in_place_nobody_can_be_waited_for(stage: Stage) -> None:
    async def twice() -> None:
        async with stage.box.mutex:
            await stage.box.mutex.acquire()

    with pytest.raises(Violation, match=r"^deadlock: setup would wait for box\.mutex, and no other task runs$"):
        stage.rt.finish(twice())


def test_the_plain_runtime_has_no_room_for_a_second_context() -> None:
    async def other() -> None:
        raise AssertionError("never here")

    with pytest.raises(AssertionError, match=r"^worker was spawned outside an engine$"):
        Runtime().spawn(other(), Context("worker", HostCpu(1)))
