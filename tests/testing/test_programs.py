"""Soundness of strategies on drawn programs, and whether the yardstick itself is straight."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.explore import executions
from aiovgic.engine.strategies.base import Unwatched
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.watch import Watch
from aiovgic.lab.strategies import Way
from aiovgic.testing.programs import FEATURES, compare, compare_all, draw, look, shows
from aiovgic.testing.programs.draw import MOST_POINTS, TASKS
from aiovgic.testing.programs.journal import CONFLICTS
from aiovgic.testing.programs.player import ToyProgram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task

WATCHED = (Watch(),)
"""So that every operation is a step, though nobody else be there."""

BATCH = 400


class BruteStrategy(Unwatched):
    """Every order there is, by a list of beginnings: another way to count than `DfsStrategy`'s."""

    name = "brute force"
    always_asked = False

    def __init__(self) -> None:
        self.todo: list[tuple[int, ...]] = [()]
        self.offered: list[int] = []
        self.taken: list[int] = []

    @property
    def complete(self) -> bool:
        return not self.todo

    def begin(self) -> None:
        self.beginning = self.todo.pop()
        self.offered = []
        self.taken = []

    def decide(self, alternatives: int) -> int:
        at = len(self.taken)
        self.taken.append(self.beginning[at] if at < len(self.beginning) else alternatives - 1)
        self.offered.append(alternatives)
        return self.taken[-1]

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        return enabled[self.decide(len(enabled))]

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        return self.decide(alternatives)

    def end(self) -> bool:
        for at in range(len(self.beginning), len(self.taken)):
            self.todo += [(*self.taken[:at], other) for other in range(self.offered[at] - 1)]
        return bool(self.todo)


class OverconfidentStrategy(DfsStrategy):
    """Bounded, and calls that complete: what the comparison must catch."""

    def __init__(self) -> None:
        super().__init__(preemptions=0)

    def end(self) -> bool:
        more = super().end()
        self.complete = not more
        return more


@pytest.mark.timeout(900)
def test_dpor_misses_nothing_of_two_hundred_programs() -> None:
    totals = compare_all(DporStrategy, programs=200, limit=700)
    print(totals)  # noqa: T201  how much was compared is the point
    assert not totals.missed, "\n".join(map(str, totals.missed))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_dpor_misses_nothing_of_two_thousand_programs() -> None:
    totals = compare_all(DporStrategy, programs=2000, limit=20_000)
    print(totals)  # noqa: T201  how much was compared is the point
    assert not totals.missed, "\n".join(map(str, totals.missed))


def test_dfs_sees_what_brute_force_sees() -> None:
    totals = compare_all(DfsStrategy, programs=40, limit=300, reference=BruteStrategy)
    assert totals.executions == totals.reference_executions
    assert not totals.missed, "\n".join(map(str, totals.missed))


def test_a_strategy_that_leaves_something_out_is_caught_with_a_schedule() -> None:
    totals = compare_all(OverconfidentStrategy, programs=120, limit=600)
    assert len(totals.missed) >= 5
    told = "\n".join(map(str, totals.missed))
    for what in ("traces", "outcomes", "findings"):
        assert any(f" {what}" in line and "misses" in line for line in told.splitlines()), what
    assert "dfs, preemptions <= 0 misses" in told


def test_a_strategy_that_is_not_complete_is_caught() -> None:
    comparison = compare(draw(3), lambda: Way("random").make(), 600)
    assert comparison is not None
    assert "random does not say that it is complete" in str(comparison)


def test_every_feature_is_in_a_tenth_of_all_programs() -> None:
    listings = [draw(seed) for seed in range(BATCH)]
    share = {feature: sum(shows(listing, feature) for listing in listings) / BATCH for feature in FEATURES}
    assert {feature: part for feature, part in share.items() if part < 0.1} == {}


def test_programs_have_three_tasks_and_are_the_same_for_the_same_seed() -> None:
    for seed in range(50):
        assert tuple(draw(seed).tasks) == TASKS
        assert str(draw(seed)) == str(draw(seed))


def test_no_program_is_larger_than_it_may_be() -> None:
    for seed in range(BATCH):
        program = ToyProgram(draw(seed))
        [outcome] = islice(executions(program, DfsStrategy(), WATCHED), 1)
        waits = any(it.verb == "wait" for it in draw(seed).walk())
        assert outcome.steps <= MOST_POINTS or waits  # who is woken in vain looks once more


def test_ways_to_touch_conflict_both_ways() -> None:
    assert [(way, other) for way, others in CONFLICTS.items() for other in others if way not in CONFLICTS[other]] == []


def conflict(one: Any, other: Any) -> bool:
    """Whether two events do not commute, by their symbols."""
    return any(a == b and how in CONFLICTS[way] for a, way in one[-1] for b, how in other[-1])


@pytest.mark.parametrize("seed", range(40))
def test_a_trace_is_what_swapping_neighbours_that_commute_makes_of_an_execution(seed: int) -> None:
    program = ToyProgram(draw(seed))
    keys: dict[tuple[Any, ...], bytes] = {}
    for outcome in islice(executions(program, DfsStrategy(), WATCHED), 300):
        if outcome.broken is not None and outcome.broken.kind != "deadlock":
            return  # what is cut short is not closed under swapping
        assert program.last is not None
        journal = program.last.journal
        keys[tuple(event.symbol for event in journal.events)] = journal.key()
    if len(keys) == 300:
        return
    merged = {sequence: sequence for sequence in keys}

    def root(sequence: Any) -> Any:
        while merged[sequence] != sequence:
            sequence = merged[sequence]
        return sequence

    for sequence, key in keys.items():
        for at in range(len(sequence) - 1):
            one, other = sequence[at : at + 2]
            swapped = (*sequence[:at], other, one, *sequence[at + 2 :])
            if one[0] == other[0] or conflict(one, other) or (other[2] == "grace-end" and swapped not in keys):
                continue  # a grace period's end waits for whoever was inside; nobody can turn that round
            assert keys.get(swapped) == key, f"{one} and {other} do not commute"
            merged[root(swapped)] = root(sequence)
    assert len({root(sequence) for sequence in keys}) == len(set(keys.values()))


def test_what_was_seen_is_counted() -> None:
    totals = compare_all(DfsStrategy, programs=5, limit=400)
    assert str(totals).startswith("5 programs (")
    assert totals.traces >= totals.outcomes


def test_looking_stops_at_its_limit_and_is_not_complete() -> None:
    seen = look(draw(5), DfsStrategy(), 10)
    assert seen.executions == 10
    assert not seen.complete
