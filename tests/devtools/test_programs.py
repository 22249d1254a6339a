"""Soundness of strategies on drawn programs, and whether the yardstick itself is straight."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.lab.strategies import Way
from devtools.programs import compare, compare_all, draw, look, parse, shrink
from devtools.programs.draw import orders
from devtools.programs.features import FEATURES
from devtools.programs.instructions import Instruction, Listing
from devtools.programs.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task

ONCE_MISSED = [
    parse(text) for text in (Path(__file__).parent / "once_missed.txt").read_text(encoding="utf-8").split("\n\n")
]
"""Programs of which DPOR has missed something."""
NAMES = [listing.name for listing in ONCE_MISSED]


BATCH = 600
DIGEST_OF_PROGRAMS = """
import hashlib
from devtools.programs import draw
print(hashlib.sha256("".join(str(draw(seed)) for seed in range(200)).encode()).hexdigest())
"""


class BruteStrategy(Unwatched):
    """Every order there is, by a list of beginnings: another way to count than `DfsStrategy`'s."""

    name = "brute force"
    always_asked = False

    def __init__(self) -> None:
        self.todo: list[tuple[int, ...]] = [()]
        self.offered: list[int] = []
        self.taken: list[int] = []
        self.complete = False

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
        self.complete = not self.todo
        return not self.complete


class OverconfidentStrategy(DfsStrategy):
    """A bounded search that says it is complete: the comparison must catch it."""

    def __init__(self) -> None:
        super().__init__(preemptions=0)

    def end(self) -> bool:
        more = super().end()
        self.complete = not more
        return more


@pytest.mark.timeout(900)
def test_dpor_misses_nothing_of_three_hundred_programs() -> None:
    totals = compare_all(map(draw, range(320)), DporStrategy, limit=3_000)
    print(totals)  # noqa: T201  the figures are part of the result
    print(totals.by_kind())  # noqa: T201  the same
    assert not totals.missed, "\n".join(map(str, totals.missed))
    assert totals.programs >= 300


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("bare", [False, True], ids=["detectors", "bare"])
def test_dpor_misses_nothing_of_two_thousand_programs(bare: bool) -> None:
    totals = compare_all(map(draw, range(1_000, 3_120)), DporStrategy, limit=20_000, bare=bare)
    print(totals)  # noqa: T201  the figures are part of the result
    print(totals.by_kind())  # noqa: T201  the same
    assert not totals.missed, "\n".join(map(str, totals.missed))
    assert totals.programs >= 2_000


@pytest.mark.parametrize("listing", ONCE_MISSED, ids=NAMES)
@pytest.mark.parametrize("bare", [False, True], ids=["detectors", "bare"])
def test_nothing_is_missed_any_more(listing: Listing, bare: bool) -> None:
    comparison = compare(listing, DporStrategy, 20_000, bare=bare)
    assert comparison is not None
    assert comparison.good, str(comparison)


@pytest.mark.parametrize(
    "listing",
    [pytest.param(each, id=each.name) for each in ONCE_MISSED if each.name.startswith("H")],
)
def test_nothing_is_missed_in_any_order_of_creation(listing: Listing) -> None:
    for names in permutations(listing.tasks):
        created = replace(listing, tasks={name: listing.tasks[name] for name in names})
        comparison = compare(created, DporStrategy, 20_000)
        assert comparison is not None
        assert comparison.good, str(comparison)


@pytest.mark.parametrize(
    "text",
    [
        "killed tasks\n  task p on cpu0: idle {store u 1}\n  task q on cpu1: idle {store u 2}",
        "locks that are kept\n  task p on cpu0: hold a\n  task q on cpu1: hold b",
        "two wrong orders\n  task p on cpu0: lock b {lock a}\n  task q on cpu1: lock a {lock m}",
    ],
)
def test_the_end_does_not_depend_on_the_task_that_was_created_first(text: str) -> None:
    listing = parse(text)
    seen = [
        look(replace(listing, tasks={name: listing.tasks[name] for name in names}), DporStrategy(), 100)
        for names in permutations(listing.tasks)
    ]
    assert {*seen[0].outcomes} == {*seen[1].outcomes}
    assert {*seen[0].findings} == {*seen[1].findings}


def test_dfs_sees_what_brute_force_sees() -> None:
    totals = compare_all(map(draw, range(60)), DfsStrategy, limit=300, reference=BruteStrategy)
    assert totals.programs >= 50
    assert totals.executions == totals.reference_executions
    assert not totals.missed, "\n".join(map(str, totals.missed))


def test_a_strategy_that_leaves_something_out_is_caught_with_a_schedule() -> None:
    totals = compare_all(map(draw, range(120)), OverconfidentStrategy, limit=600)
    assert len(totals.missed) >= 5
    told = "\n".join(map(str, totals.missed))
    for what in ("traces", "outcomes", "findings"):
        assert any(f" {what}" in line and "misses" in line for line in told.splitlines()), what
    assert "dfs, preemptions <= 0 misses" in told


def test_a_strategy_that_is_not_complete_is_caught() -> None:
    listing = parse("two\n  task p on cpu0: load u\n  task q on cpu1: store u 1")
    comparison = compare(listing, lambda: Way("random").make(), 600)
    assert comparison is not None
    assert "random does not say that it is complete" in str(comparison)


def test_a_wrong_lock_order_hides_no_outcome_of_a_search_that_goes_on() -> None:
    listing = next(each for each in ONCE_MISSED if "ends nothing" in each.name)
    found, bare = look(listing, DporStrategy(), 100), look(listing, DporStrategy(), 100, bare=True)
    assert "lock-order/circular" in found.findings
    assert {*found.outcomes} == {*bare.outcomes}


class FailingStrategy(DfsStrategy):
    """A search that fails at the end of its first execution."""

    def end(self) -> bool:
        raise IndexError("nothing there")


def test_a_search_that_raises_is_a_difference() -> None:
    comparison = compare(parse("one\n  task p on cpu0: load u"), FailingStrategy, 10)
    assert comparison is not None
    assert "dfs raises IndexError: nothing there" in str(comparison)


# -- the programs -----------------------------------------------------------------------------------


def test_every_verb_and_every_feature_is_drawn() -> None:
    listings = [draw(seed) for seed in range(BATCH)]
    shown = [{it.verb for it in listing.walk()} for listing in listings]
    share = {verb: sum(verb in verbs for verbs in shown) / BATCH for verb in VERBS}
    assert {verb: part for verb, part in share.items() if part < 0.01} == {}
    for name, feature in FEATURES.items():
        having = [verbs for listing, verbs in zip(listings, shown, strict=True) if name in listing.features]
        assert sum(bool(verbs & {*feature.verbs}) for verbs in having) >= 0.5 * len(having), name


def test_handlers_and_failures_are_drawn() -> None:
    listings = [draw(seed) for seed in range(BATCH)]
    assert sum(bool(listing.handlers) for listing in listings) >= BATCH / 10
    assert any(len(listing.handlers) == 2 for listing in listings)
    assert any(listing.failures for listing in listings)
    assert any(listing.never for listing in listings)


def test_no_program_is_larger_than_it_may_be() -> None:
    for seed in range(BATCH):
        listing = draw(seed, 90)
        assert orders(listing.tasks, listing.failures) <= 90, listing


def test_a_program_reads_as_it_is_printed() -> None:
    for seed in range(BATCH):
        assert parse(str(draw(seed))) == draw(seed)


@pytest.mark.parametrize("text", ["x\n  what is this", "x\n  task p on cpu0: lock a {", "x\n  task p on cpu0: }"])
def test_text_that_is_no_program_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|neither"):
        parse(text)


@pytest.mark.parametrize("hashes", ["0", "1", "4711"])
def test_a_seed_gives_the_same_program_under_any_hash_seed(hashes: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DIGEST_OF_PROGRAMS],
        env={**os.environ, "PYTHONHASHSEED": hashes},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == DIGEST


DIGEST = "cb733f5e474d425eb65535e7fe5c245b40501e39ca18f832ee5b36d7ead5ddfc"
"""Of the first 200 programs, on Python 3.11, 3.12 and 3.13."""


def test_a_program_is_shrunk_as_long_as_it_differs() -> None:
    listing = parse(
        "large\n  never u = 2\n  failures 1\n  task p on cpu0: load u; lock a {load v; store u 1 release}\n"
        "  handler q on cpu0: add v 1; spawn 1 {load u}"
    )
    small = shrink(listing, lambda each: any(it.verb == "store" for it in each.walk()))
    assert small == Listing("large", {"p": (Instruction("store", "u", 1),)}, {"p": 0})


def test_what_was_seen_is_counted() -> None:
    totals = compare_all(map(draw, range(5)), DfsStrategy, limit=400)
    assert str(totals).startswith("5 programs (")
    assert totals.traces >= totals.outcomes


def test_looking_stops_at_its_limit_and_is_not_complete() -> None:
    seen = look(
        parse("two\n  task p on cpu0: load u; load u\n  task q on cpu1: store u 1; store u 2"), DfsStrategy(), 3
    )
    assert seen.executions == 3
    assert not seen.complete
