"""Use after free: operations on what a freed part owned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.record.finding import Violation
from tests.sync.threads import Box, Stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic.sync import Part

    Touch = Callable[[Box], Awaitable[object]]


async def wake(box: Box) -> None:
    """Waking is no operation of its own."""
    box.queue.wake()


@pytest.mark.parametrize(
    ("touch", "rule", "thing"),
    [
        pytest.param(lambda box: box.mutex.acquire(), "lock-taken", "mutex", id="a lock is taken"),
        pytest.param(lambda box: box.mutex.acquire_killable(), "lock-taken", "mutex", id="a lock is taken killably"),
        pytest.param(lambda box: box.mutex.trylock(), "tried", "mutex", id="a lock is tried"),
        pytest.param(lambda box: box.word.load(), "read", "word", id="a word is read"),
        pytest.param(lambda box: box.word.store(1), "written", "word", id="a word is written"),
        pytest.param(lambda box: box.word.cmpxchg(0, 1), "written", "word", id="a word is exchanged"),
        pytest.param(lambda box: box.word.update(abs), "written", "word", id="a word is updated"),
        pytest.param(lambda box: box.refcount.get(), "reference-taken", "refcount", id="a reference is taken"),
        pytest.param(
            lambda box: box.refcount.get_unless_zero(), "reference-taken", "refcount", id="a reference if not zero"
        ),
        pytest.param(lambda box: box.refcount.put(), "dropped", "refcount", id="a reference is dropped"),
        pytest.param(wake, "woken", "queue", id="a queue is woken"),
    ],
)
def test_what_a_freed_part_owned_must_not_be_touched(stage: Stage, touch: Touch, rule: str, thing: str) -> None:
    async def once() -> None:
        await touch(stage.box)

    stage.box.free()
    verb = rule.rpartition("-")[2]
    with pytest.raises(Violation) as caught:
        stage.rt.finish(once())
    assert (caught.value.finding.kind, caught.value.finding.rule) == ("use-after-free", rule)
    assert caught.value.finding.title == f"box.{thing} is {verb} after box was freed"


def test_a_part_freed_while_a_task_is_about_to_touch_it_is_caught_at_the_touch(stage: Stage) -> None:
    async def load() -> int:
        return await stage.box.word.load()

    one = stage.start("one", load())
    stage.box.free()
    with pytest.raises(Violation, match=r"box\.word is read after box was freed"):
        one.step()


def test_a_part_that_lives_is_touched_without_ado(stage: Stage) -> None:
    neighbour = stage.parts.make(Box, "neighbour")
    neighbour.free()
    stage.rt.finish(wake(stage.box))
    assert neighbour.freed
    assert not stage.box.freed


def test_the_runtime_is_told_before_a_part_counts_as_freed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, bool]] = []

    def freed(part: Part) -> None:
        told.append((part.name, part.freed))

    monkeypatch.setattr(stage.rt, "freed", freed)
    stage.box.free()
    assert told == [("box", False)]
