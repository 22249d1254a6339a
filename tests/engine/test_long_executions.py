"""What the analysis of a long execution costs: counted in calls, which no load of the machine changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.sync import Part
from tests.engine.programs import program

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from aiovgic.sync import Parts
    from tests.engine.programs import Body

SHORT, LONG = 5_000, 10_000
"""Steps."""


class Words(Part):
    """Two words."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)
        self.own = self.shared("own", 0)


def calls(act: Callable[[], object]) -> int:
    """How many functions are called, Python's own included."""
    count = 0

    def hear(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(hear)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def costs(bodies: tuple[Body, ...], step_limit: int) -> tuple[int, int]:
    """The calls of one execution, and of its analysis."""
    strategy = DporStrategy()
    execution = Execution(
        Stage(program(Words, dict(zip("abcdef", bodies, strict=False)))), strategy, step_limit=step_limit
    )
    run = calls(execution.run)
    return run, calls(strategy.end)


async def spins(part: Any) -> None:
    while not await part.word.load():
        pass


async def stores(part: Any) -> None:
    await part.word.store(1)


async def counts(part: Any) -> None:
    while not await part.word.load():
        await part.own.update(lambda now: now + 1)


def loads(times: int) -> Body:
    async def body(part: Any) -> None:
        for _ in range(times):
            await part.word.load()

    return body


def changes(times: int) -> Body:
    async def body(part: Any) -> None:
        for _ in range(times):
            await part.word.update(lambda now: now + 1)

    return body


SPINNING: dict[str, Callable[[int], tuple[Body, ...]]] = {
    "until the limit, then a store": lambda _: (spins, stores),
    "six, and one that counts": lambda _: (spins, spins, spins, spins, counts, stores),
    "loads, then a store": lambda steps: (loads(steps), stores),
    "changes of two tasks": lambda steps: (changes(steps // 2), changes(steps // 2)),
}


@pytest.mark.parametrize("how", SPINNING)
def test_the_analysis_of_a_spinning_execution_is_linear_and_cheaper_than_the_run(how: str) -> None:
    endless = how in list(SPINNING)[:2]
    _, short = costs(SPINNING[how](SHORT), SHORT if endless else LONG * 2)
    run, long = costs(SPINNING[how](LONG), LONG if endless else LONG * 2)
    assert long <= 2.5 * short
    assert long <= run
