"""Points that touch no primitive, contexts and CPUs, and what the plain runtime makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

from aiovgic.sync import Context, HostCpu, MemoryAccess, Op, Parts, Runtime
from aiovgic.sync.op import DONE
from tests.sync.threads import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sync.threads import Stage

T = TypeVar("T")


class Deciding(Runtime):
    """Takes the last alternative, and marks racy reads."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, str]] = []

    def pick(self, alternatives: int, what: str) -> int:
        self.asked.append((alternatives, what))
        return alternatives - 1

    def racy(self, read: Callable[[], T]) -> T:
        self.asked.append((0, "racy"))
        return read()


async def choose(box: Box) -> int:
    return await box.choose(3, "who is first")


def test_the_plain_runtime_takes_the_plain_alternative(stage: Stage) -> None:
    assert stage.rt.finish(choose(stage.box)) == 0


def test_a_choice_is_the_runtimes_to_make() -> None:
    rt = Deciding()
    assert rt.finish(choose(Parts(rt).make(Box, "box"))) == 2
    assert rt.asked == [(3, "who is first")]


def test_a_choice_is_made_when_its_turn_comes_and_not_before() -> None:
    rt = Deciding()
    op = Parts(rt).make(Box, "box").choose(2, "heads")
    assert rt.asked == []
    assert (op.kind, op.target, op.changes) == ("choose", "heads", False)
    assert op.commit(rt.current) == 1


def test_a_racy_read_reads_when_its_turn_comes_and_is_marked() -> None:
    rt = Deciding()
    box = Parts(rt).make(Box, "box")

    async def look() -> int:
        return await box.data_race(lambda: box.count)

    op = box.data_race(lambda: box.count)
    box.count = 3
    assert rt.asked == []
    assert (op.kind, op.target, op.changes) == ("racy-read", "box", False)
    assert rt.finish(look()) == 3
    assert rt.asked == [(0, "racy")]


@pytest.mark.parametrize("write", [pytest.param(True, id="write"), pytest.param(False, id="read")])
def test_a_memory_access_names_where_it_is(stage: Stage, write: bool) -> None:
    op = MemoryAccess(stage.box, 0x8000_0000, 8, write=write)
    assert (op.kind, op.target, op.write) == ("memory", "box[0x80000000]", write)
    op.commit(stage.rt.current)


def test_what_is_done_already_is_no_point(stage: Stage) -> None:
    async def leave() -> str:
        await DONE
        return "left"

    thread = stage.start("one", leave())
    assert thread.ended()
    assert thread.result == "left"


def test_an_operation_gives_its_value_to_whoever_awaits_it(stage: Stage) -> None:
    class Add(Op[int]):
        def __init__(self, value: int) -> None:
            self.value = value

        def commit(self, me: Context) -> int:
            return self.value + 1

    async def add() -> int:
        return await Add(await Add(1))

    assert stage.rt.finish(add()) == 3


def test_an_operation_that_says_nothing_else_is_a_point_that_is_ready_and_cannot_be_killed() -> None:
    op = Op[None]()
    me = Runtime().current
    assert (op.point, op.changes, op.waits, op.killable) == (True, True, False, False)
    assert (op.thing, op.target, op.ready(me)) == (None, "", True)
    with pytest.raises(NotImplementedError):
        op.commit(me)
    with pytest.raises(NotImplementedError):
        op.killed(me)


def test_the_contexts_of_one_cpu_share_its_interrupts() -> None:
    cpu = HostCpu(2)
    one, other = Context("one", cpu), Context("other", cpu, isr=True)
    one.irqs_disable()
    other.irqs_disable()
    one.irqs_enable()
    assert (cpu.irqs_off, repr(cpu), repr(other), other.isr) == (1, "cpu2", "other", True)


def test_a_new_runtime_lives_as_one_context_on_one_cpu() -> None:
    rt = Runtime()
    assert not rt.dead
    assert not rt.noting
    assert not rt.signalled()
    assert rt.current.cpu is rt.cpus[0]
    assert (rt.current.name, rt.current.held, rt.current.sections) == ("setup", [], [])
