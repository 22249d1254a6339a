"""Reference counts: who may take, who may drop, and who was the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync import Op, Ref
    from tests.sync.threads import Stage

    Operation = Callable[[Ref], Op[bool | None]]


def do(stage: Stage, ref: Ref, operation: Operation) -> bool | None:
    async def once() -> bool | None:
        return await operation(ref)

    return stage.rt.finish(once())


@pytest.mark.parametrize(
    ("operation", "count", "gives", "leaves"),
    [
        pytest.param(lambda ref: ref.get(), 1, None, 2, id="get"),
        pytest.param(lambda ref: ref.get_unless_zero(), 1, True, 2, id="get unless zero, of one"),
        pytest.param(lambda ref: ref.get_unless_zero(), 0, False, 0, id="get unless zero, of none"),
        pytest.param(lambda ref: ref.put(), 2, False, 1, id="put of one of two"),
        pytest.param(lambda ref: ref.put(), 1, True, 0, id="put of the last"),
        pytest.param(lambda ref: ref.put_not_last(), 2, True, 1, id="put unless last, of two"),
        pytest.param(lambda ref: ref.put_not_last(), 1, False, 1, id="put unless last, of the last"),
    ],
)
def test_an_operation_changes_the_count_and_says_what_it_found(
    stage: Stage, operation: Operation, count: int, gives: bool | None, leaves: int
) -> None:
    ref = stage.box.ref(count)
    assert do(stage, ref, operation) is gives
    assert ref.count == leaves


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        pytest.param(lambda ref: ref.get(), "get-on-zero", id="get"),
        pytest.param(lambda ref: ref.put(), "double-put", id="put"),
        pytest.param(lambda ref: ref.put_not_last(), "double-put", id="put unless last"),
    ],
)
def test_a_count_of_zero_is_touched_by_nobody(stage: Stage, operation: Operation, rule: str) -> None:
    ref = stage.box.ref(0)
    with pytest.raises(Violation, match=r"^refcount: box\.refcount is ") as caught:
        do(stage, ref, operation)
    assert (caught.value.finding.kind, caught.value.finding.rule) == ("refcount", rule)
    assert ref.count == 0


def test_a_new_part_has_one_reference(stage: Stage) -> None:
    assert stage.box.ref().count == 1
    assert stage.box.ref().name == "box.refcount"


def test_only_the_second_of_two_who_put_is_the_last(stage: Stage) -> None:
    async def put() -> bool:
        return await stage.box.refcount.put()

    stage.box.refcount.count = 2
    one, other = stage.start("one", put()), stage.start("other", put())
    other.step()
    one.step()
    assert (other.result, one.result) == (False, True)


def test_a_lookup_that_comes_after_the_last_put_finds_nothing(stage: Stage) -> None:
    async def look_up() -> bool:
        return await stage.box.refcount.get_unless_zero()

    async def put() -> bool:
        return await stage.box.refcount.put()

    one, other = stage.start("one", look_up()), stage.start("other", put())
    other.step()
    one.step()
    assert (other.result, one.result) == (True, False)


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(lambda ref: ref.get(), id="get"),
        pytest.param(lambda ref: ref.get_unless_zero(), id="get unless zero"),
        pytest.param(lambda ref: ref.put(), id="put"),
        pytest.param(lambda ref: ref.put_not_last(), id="put unless last"),
    ],
)
def test_an_operation_on_a_count_is_a_point_that_never_waits(stage: Stage, operation: Operation) -> None:
    op = operation(stage.box.refcount)
    assert op.point
    assert op.changes
    assert not op.waits
    assert op.thing is stage.box.refcount
