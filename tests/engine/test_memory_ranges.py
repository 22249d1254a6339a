"""Guest memory in footprints: ranges that overlap conflict, ranges that do not commute."""

from __future__ import annotations

import random
from typing import Any

import pytest

from aiovgic.engine.explore import executions
from aiovgic.engine.footprint import Footprint, Range
from aiovgic.engine.order import HappensBefore, OrderedStep
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.sync import MemoryAccess, Part
from tests.engine.programs import program

Access = tuple[int, int, bool]
"""Address, length, and whether it writes."""


def traces(*tasks: Access) -> int:
    """How many executions DPOR needs for tasks that each access memory once."""

    def body(access: Access) -> Any:
        async def accesses(part: Part) -> None:
            gpa, length, write = access
            await MemoryAccess(part, gpa, length, write=write)

        return accesses

    bodies = {f"t{number}": body(access) for number, access in enumerate(tasks)}
    return sum(not outcome.pruned for outcome in executions(program(Part, bodies), DporStrategy()))


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        pytest.param((0, 64, True), (0, 64, True), 2, id="the same range"),
        pytest.param((0, 64, True), (32, 64, True), 2, id="ranges that overlap"),
        pytest.param((0, 64, True), (60, 1, False), 2, id="a byte inside"),
        pytest.param((0, 64, True), (64, 64, True), 1, id="ranges side by side"),
        pytest.param((0, 4, True), (4, 4, True), 2, id="two halves of a word"),
        pytest.param((0, 64, False), (0, 64, False), 1, id="two reads"),
        pytest.param((0, 1 << 40, False), (1 << 39, 8, True), 2, id="a word of a huge range"),
        pytest.param((0, 0, True), (7, 1, False), 2, id="a range of no bytes counts as its word"),
    ],
)
def test_ranges_conflict_if_they_share_a_word_that_one_writes(first: Access, second: Access, count: int) -> None:
    assert traces(first, second) == count
    assert traces(second, first) == count


def footprint(access: Access, *, word_by_word: bool) -> Footprint:
    """What a step touches that accesses memory: as one range, or each word as a thing of its own."""
    gpa, length, write = access
    made = Footprint()
    if word_by_word:
        for word in range(gpa // 8, (gpa + length - 1) // 8 + 1):
            made.touch(f"word {word}", write=write)
    else:
        made.ranges[Range("memory", gpa // 8, (gpa + length - 1) // 8 + 1)] = write
    return made


def facts(accesses: list[tuple[int, Access]], *, word_by_word: bool) -> list[tuple[list[int], set[int], list[int]]]:
    """Of each step: its clock, the steps it races with, and those that each race goes back to."""
    order = HappensBefore(3)
    found = []
    for number, (task, access) in enumerate(accesses):
        if number == len(accesses) // 2:
            order.truncate(number // 2)
            for again, earlier in accesses[number // 2 : number]:
                order.append(OrderedStep(again, footprint(earlier, word_by_word=word_by_word)))
        event = OrderedStep(task, footprint(access, word_by_word=word_by_word))
        races = list(order.races(event))
        back = sorted({order.earlier(at, key, at) for at, key in races})
        order.append(event)
        found.append((event.clock, {at for at, _ in races}, back))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_ranges_order_steps_as_single_words_do(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  a test draws by seed
    accesses = [
        (draw.randrange(3), (draw.randrange(96), draw.randrange(1, 64), draw.random() < 0.4))
        for _ in range(draw.randrange(4, 30))
    ]
    assert facts(accesses, word_by_word=False) == facts(accesses, word_by_word=True)
