"""Read sections: a grace period waits for the readers inside, and for no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.sync import GraceEnd, Rcu, Srcu

if TYPE_CHECKING:
    from tests.sync.threads import Stage


async def read(srcu: Srcu) -> None:
    """Be inside over one operation."""
    async with srcu.read():
        await srcu.owner.choose(1, "inside")


async def read_twice(srcu: Srcu) -> None:
    """Be inside twice, leave once, and once more."""
    async with srcu.read():
        async with srcu.read():
            await srcu.owner.choose(1, "inside twice")
        await srcu.owner.choose(1, "inside")


@pytest.fixture(params=["srcu", "rcu"])
def srcu(request: pytest.FixtureRequest, stage: Stage) -> Srcu:
    return stage.box.srcu if request.param == "srcu" else Rcu(stage.rt, stage.box, "rcu")


def test_a_grace_period_without_readers_ends_at_once(stage: Stage, srcu: Srcu) -> None:
    stage.rt.finish(srcu.synchronize())


def test_a_grace_period_waits_for_all_readers_that_are_inside(stage: Stage, srcu: Srcu) -> None:
    one, other = stage.start("one", read(srcu)), stage.start("other", read(srcu))
    one.step()
    other.step()
    writer = stage.start("writer", srcu.synchronize())
    writer.run()
    assert writer.waits()
    one.run()
    assert writer.waits()
    other.run()
    assert not writer.waits()


def test_a_grace_period_does_not_wait_for_readers_that_come_later(stage: Stage, srcu: Srcu) -> None:
    early, late = stage.start("early", read(srcu)), stage.start("late", read(srcu))
    early.step()
    writer = stage.start("writer", srcu.synchronize())
    writer.step()
    late.step()
    early.run()
    writer.run()
    assert writer.ended()
    assert not late.ended()


def test_a_reader_that_enters_again_does_not_prolong_the_grace_period(stage: Stage, srcu: Srcu) -> None:
    async def again() -> None:
        await read(srcu)
        await read(srcu)

    reader = stage.start("reader", again())
    reader.step()
    writer = stage.start("writer", srcu.synchronize())
    writer.step()
    reader.step()
    reader.step()
    assert srcu.active
    assert not writer.waits()


def test_a_reader_inside_twice_is_out_when_it_has_left_twice(stage: Stage, srcu: Srcu) -> None:
    reader = stage.start("reader", read_twice(srcu))
    reader.step()
    reader.step()
    writer = stage.start("writer", srcu.synchronize())
    writer.run()
    reader.step()
    assert writer.waits()
    reader.step()
    assert not writer.waits()


def test_a_grace_period_that_waits_can_name_its_readers_in_the_order_they_came(stage: Stage, srcu: Srcu) -> None:
    other, one = stage.start("other", read(srcu)), stage.start("one", read(srcu))
    one.step()
    other.step()
    writer = stage.start("writer", srcu.synchronize())
    writer.step()
    assert isinstance(writer.op, GraceEnd)
    assert writer.op.holders() == (one.context, other.context)
    one.run()
    assert writer.op.holders() == (other.context,)


def test_entering_is_a_point_and_leaving_is_announced(stage: Stage, srcu: Srcu) -> None:
    reader = stage.start("reader", read(srcu))
    reader.step()
    assert [section.srcu for section in reader.context.sections] == [srcu]
    reader.run()
    assert reader.passed == ["read-lock", "choose"]
    assert reader.context.sections == []
    assert stage.rt.changes == [srcu.name]


def test_a_call_without_readers_is_made_at_once(srcu: Srcu) -> None:
    called: list[str] = []
    srcu.call(lambda: called.append("freed"))
    assert called == ["freed"]


def test_a_call_is_made_when_the_last_reader_inside_leaves(stage: Stage, srcu: Srcu) -> None:
    called: list[str] = []
    one, other = stage.start("one", read(srcu)), stage.start("other", read(srcu))
    one.step()
    other.step()
    srcu.call(lambda: called.append("freed"))
    other.run()
    assert called == []
    one.run()
    assert called == ["freed"]


def test_a_call_does_not_wait_for_readers_that_come_later(stage: Stage, srcu: Srcu) -> None:
    called: list[str] = []
    early, late = stage.start("early", read(srcu)), stage.start("late", read(srcu))
    early.step()
    srcu.call(lambda: called.append("freed"))
    late.step()
    early.run()
    assert called == ["freed"]


def test_each_call_waits_for_its_own_readers_and_is_made_once(stage: Stage, srcu: Srcu) -> None:
    called: list[str] = []
    one, other = stage.start("one", read(srcu)), stage.start("other", read(srcu))
    one.step()
    srcu.call(lambda: called.append("first"))
    other.step()
    srcu.call(lambda: called.append("second"))
    one.run()
    assert called == ["first"]
    other.run()
    assert called == ["first", "second"]


def test_in_a_dead_runtime_nobody_leaves_and_no_call_is_made(stage: Stage, srcu: Srcu) -> None:
    called: list[str] = []
    reader = stage.start("reader", read(srcu))
    reader.step()
    srcu.call(lambda: called.append("freed"))
    stage.close()
    assert list(srcu.active.values()) == [reader.context]
    assert called == []


async def follows_a_pointer(srcu: Srcu) -> None:
    """Leave one of two sections, and check then."""
    async with srcu.read():
        async with srcu.read():
            pass
        srcu.assert_reading()


def test_a_reader_may_follow_a_pointer(stage: Stage, srcu: Srcu) -> None:
    stage.rt.finish(follows_a_pointer(srcu))


def test_a_reader_of_another_domain_may_not(stage: Stage, srcu: Srcu) -> None:
    async def reads_the_other() -> None:
        async with Rcu(stage.rt, stage.box, "other").read():
            srcu.assert_reading()

    with pytest.raises(AssertionError, match=f"setup is in no read section of {srcu.name}"):
        stage.rt.finish(reads_the_other())
