"""Shrinking: what is called the smallest schedule is the smallest of all that there are."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.explore import executions
from aiovgic.engine.shrink import Shrinker
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.record.finding import Violation
from aiovgic.sync import Part, Parts
from tests.engine.programs import program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.program import Program
    from aiovgic.record.finding import Finding
    from tests.engine.programs import Body

WRONG = 4
"""Value of the word, modulo 5, that breaks an execution."""


class Word(Part):
    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)


def drawn(seed: int) -> Program:
    """Three tasks that each add, multiply or choose a few times."""
    rng = Random(seed)  # noqa: S311  seeded numbers

    def task(length: int) -> Body:
        todo = [(rng.randrange(3), rng.randrange(1, 4)) for _ in range(length)]

        async def body(part: Word) -> None:
            for how, number in todo:
                before = await part.word.load()
                if how == 0:
                    await part.word.store(before + number)
                elif how == 1:
                    await part.word.store(before * 2 + number)
                elif await part.choose(2, "whether to add"):
                    await part.word.store(before + number)

        return body

    def check(part: Word) -> Sequence[Violation]:
        wrong = part.word.value % 5 == WRONG
        return [Violation("expectation", "wrong", "the word is wrong")] if wrong else []

    return program(Word, {"a": task(1), "b": task(1), "c": task(2)}, check)


def found_at_random(each: Program) -> Finding | None:
    """A finding of a few random executions, with its schedule."""
    strategy = RandomStrategy(1)
    for number, outcome in zip(range(60), executions(each, strategy), strict=False):
        if outcome.broken is not None and len(outcome.schedule) > 1:
            return outcome.complete(outcome.broken, number + 1, "random")
    return None


@pytest.mark.parametrize("seed", range(20))
def test_a_proven_schedule_has_as_few_deviations_as_any_that_shows_the_finding(seed: int) -> None:
    each = drawn(seed)
    finding = found_at_random(each)
    assert finding is not None
    shrinker = Shrinker(each, finding)
    best = shrinker.shrink()
    shortest = min(len(outcome.schedule) for outcome in executions(each, DfsStrategy()) if outcome.broken is not None)
    assert shrinker.proven
    assert len(best.schedule) == shortest < finding.switches


def test_nothing_is_proven_when_the_budget_is_spent() -> None:
    finding = found_at_random(drawn(0))
    assert finding is not None
    shrinker = Shrinker(drawn(0), finding, budget=1)
    assert len(shrinker.shrink().schedule) == finding.switches
    assert not shrinker.proven
