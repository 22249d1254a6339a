"""A machine that was put back is the machine that was set up."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from aiovgic.engine.checkpoint import Checkpoint
from aiovgic.engine.recorder import Recorder
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.lab.subject import Subject
from aiovgic.scenario.shipped import scenarios


class Box:
    """Something with attributes."""

    __slots__ = ("__dict__", "held")

    def __init__(self, held: Any) -> None:
        self.held = held


def counter() -> Any:
    """A function that keeps a number in a cell."""
    count = 0

    def one_more() -> int:
        nonlocal count
        count += 1
        return count

    return one_more


def test_containers_attributes_and_cells_are_put_back() -> None:
    inner = Box([1, {"a": {2, 3}}])
    outer = Box(inner)
    outer.more = deque([bytearray(b"xy")])  # type: ignore[attr-defined]
    count = counter()
    checkpoint = Checkpoint(outer, count)
    inner.held[1]["a"].add(4)
    inner.held.append(5)
    inner.held = None
    outer.more[0][:] = b"z"  # type: ignore[attr-defined]
    outer.new = 1  # type: ignore[attr-defined]
    assert [count(), count()] == [1, 2]
    checkpoint.restore()
    assert inner.held == [1, {"a": {2, 3}}]
    assert outer.more == deque([bytearray(b"xy")])  # type: ignore[attr-defined]
    assert not hasattr(outer, "new")
    assert count() == 1


def test_a_coroutine_that_has_begun_cannot_be_put_back() -> None:
    async def wait() -> None:
        """Nothing."""

    script = wait()
    with pytest.raises(TypeError, match="has begun"):
        Checkpoint([script])
    script.close()


@pytest.mark.parametrize("name", sorted(scenarios()))
def test_executions_on_one_stage_are_those_on_fresh_ones(name: str) -> None:
    subject = Subject.of(name, "v6.12")
    stage = Stage(subject.program)
    for seed in range(8):
        again, fresh = Recorder(), Recorder()
        one = Execution(stage, RandomStrategy(seed), recorder=again).run()
        two = Execution(Stage(subject.program, once=True), RandomStrategy(seed), recorder=fresh).run()
        assert again.events == fresh.events
        assert one == two
