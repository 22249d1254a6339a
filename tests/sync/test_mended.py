"""Faults of the seam that tests found once: none of them comes back."""

from __future__ import annotations

import pytest

from aiovgic.record.finding import Violation
from aiovgic.sync import Channel, Guarded, Parts, Runtime, replaces
from tests.sync.threads import Box, Stage


class Labelled(Box):
    """A box whose subclass has its own say."""

    def describe(self) -> str:
        return "labelled"


@replaces(Box)
class Two(Box):
    """Another default."""

    count = Guarded(2, by="lock")


@pytest.mark.parametrize("noting", [pytest.param(False, id="plain"), pytest.param(True, id="noted")])
def test_a_layer_may_change_a_default_noted_or_not(noting: bool) -> None:
    assert Parts(Runtime(), [Two], noting=noting).make(Box, "b").count == 2


def test_a_layer_over_a_layer_is_refused() -> None:
    with pytest.raises(TypeError, match="is over Two, a layer itself"):

        @replaces(Two)
        class Three(Two):
            """A layer over a layer, which would have no effect."""


def test_a_class_that_is_not_marked_is_no_layer() -> None:
    with pytest.raises(TypeError, match="Labelled is no layer"):
        Parts(Runtime(), [Labelled])


def test_a_layer_is_there_once() -> None:
    with pytest.raises(TypeError, match="Two is there twice"):
        Parts(Runtime(), [Two, Two])


def test_memory_is_freed_once() -> None:
    box = Stage().box
    box.free()
    with pytest.raises(Violation, match="box is freed twice"):
        box.free()


def test_a_callback_may_ask_for_another() -> None:
    box = Stage().box
    ran: list[str] = []

    def outer() -> None:
        ran.append("outer")
        box.srcu.call(lambda: ran.append("inner"))

    box.srcu.call(outer)
    assert ran == ["outer", "inner"]


def test_what_a_server_cannot_do_is_its_callers_error_and_the_server_goes_on() -> None:
    rt = Runtime()
    box = Parts(rt).make(Box, "b")

    async def half(request: int) -> int:
        if request % 2:
            raise ValueError("odd")
        return request // 2

    channel = Channel(rt, "halver", half)

    async def caller() -> int:
        with pytest.raises(ValueError, match="odd"):
            async with box.mutex:
                await channel.call(3)
        assert box.mutex.holder is None
        return await channel.call(4)

    assert rt.finish(caller()) == 2


def test_a_sleeper_whose_test_fails_is_no_sleeper_any_more() -> None:
    stage = Stage()

    async def ready() -> bool:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        stage.rt.finish(stage.box.queue.wait(ready))
    assert not stage.box.queue.wake()


def test_interrupts_cannot_be_turned_on_more_often_than_off() -> None:
    context = Stage().rt.current
    context.irqs_disable()
    context.irqs_enable()
    with pytest.raises(AssertionError, match="turns interrupts on that are on"):
        context.irqs_enable()


@pytest.mark.parametrize("what", ["read", "synchronize", "wait", "put"])
def test_whatever_belongs_to_freed_memory_is_a_use_after_free(what: str) -> None:
    stage = Stage()
    box = stage.box
    box.free()

    async def true() -> bool:
        return True

    async def use() -> None:
        match what:
            case "read":
                async with box.srcu.read():
                    pass
            case "synchronize":
                await box.srcu.synchronize()
            case "wait":
                await box.queue.wait(true)
            case _:
                await box.refcount.put_not_last()

    with pytest.raises(Violation, match="after box was freed"):
        stage.rt.finish(use())
