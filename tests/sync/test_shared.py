"""Shared words: one step each, and what they were before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.record.finding import Violation
from aiovgic.sync import ACQUIRE, FULL, RELAXED, RELEASE, fence

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync import Shared
    from aiovgic.sync.shared import Load, Update
    from tests.sync.threads import Stage

    Access = Callable[[Shared[int]], Load[int] | Update[int]]


@pytest.mark.parametrize(
    ("how", "gives", "leaves"),
    [
        pytest.param(lambda word: word.load(), 5, 5, id="load"),
        pytest.param(lambda word: word.store(7), 5, 7, id="store"),
        pytest.param(lambda word: word.cmpxchg(5, 7), 5, 7, id="cmpxchg that finds what it looks for"),
        pytest.param(lambda word: word.cmpxchg(4, 7), 5, 5, id="cmpxchg that does not"),
        pytest.param(lambda word: word.update(lambda now: now * 2), 5, 10, id="update"),
    ],
)
def test_an_access_gives_what_the_word_was(stage: Stage, how: Access, gives: int, leaves: int) -> None:
    word = stage.box.shared("field", 5)

    async def touch() -> int:
        return await how(word)

    one = stage.start("one", touch())
    assert word.value == 5
    one.step()
    assert one.ended()
    assert (one.result, word.value) == (gives, leaves)


async def bump(word: Shared[int]) -> None:
    """Add one in two steps."""
    await word.store(await word.load() + 1)


async def bump_at_once(word: Shared[int]) -> None:
    """Add one in one step."""
    await word.update(lambda now: now + 1)


def test_an_increment_in_two_steps_can_be_lost(stage: Stage) -> None:
    word = stage.box.word
    one, other = stage.start("one", bump(word)), stage.start("other", bump(word))
    one.step()
    other.run()
    one.run()
    assert word.value == 1


def test_an_increment_in_one_step_cannot_be_lost(stage: Stage) -> None:
    word = stage.box.word
    for thread in (stage.start("one", bump_at_once(word)), stage.start("other", bump_at_once(word))):
        assert thread.op is not None
        thread.step()
    assert word.value == 2


def test_of_two_who_swap_from_the_same_value_one_sees_that_it_came_late(stage: Stage) -> None:
    word = stage.box.word

    async def claim(number: int) -> bool:
        return await word.cmpxchg(0, number) == 0

    one, other = stage.start("one", claim(1)), stage.start("other", claim(2))
    other.step()
    one.step()
    assert (one.result, other.result, word.value) == (False, True, 2)


def test_only_a_load_changes_nothing(stage: Stage) -> None:
    word = stage.box.word
    assert not word.load().changes
    assert word.store(1).changes
    assert word.cmpxchg(0, 1).changes
    assert word.update(lambda now: now).changes


def test_plain_accesses_are_relaxed_and_exchanges_are_full(stage: Stage) -> None:
    word = stage.box.word
    assert word.load().order is RELAXED
    assert word.store(1).order is RELAXED
    assert word.cmpxchg(0, 1).order is FULL
    assert word.update(lambda now: now).order is FULL
    assert word.load(ACQUIRE).order is ACQUIRE
    assert word.store(1, RELEASE).order is RELEASE


def test_a_word_is_named_after_its_owner_and_field(stage: Stage) -> None:
    assert stage.box.word.name == "box.word"
    assert stage.box.word.load().target == "box.word"
    assert repr(stage.box.word) == "<Shared box.word = 0>"


def test_a_fence_is_a_point_that_touches_nothing(stage: Stage) -> None:
    async def order() -> None:
        await fence()

    one = stage.start("one", order())
    assert one.op is not None
    assert one.op.target == ""
    one.run()
    assert one.passed == ["fence"]


def test_a_word_is_read_again_without_a_point(stage: Stage) -> None:
    word = stage.box.shared("field", 5)

    async def loads_and_looks_again() -> int:
        await word.load()
        return word.reread()

    one = stage.start("one", loads_and_looks_again())
    one.step()
    assert (one.ended(), one.result) == (True, 5)


def test_a_word_of_freed_memory_is_not_read_again(stage: Stage) -> None:
    stage.box.free()
    with pytest.raises(Violation, match="use-after-free"):
        stage.box.word.reread()
