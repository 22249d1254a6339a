"""The journal of toy programs: which steps commute, and which executions are one Mazurkiewicz trace."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from aiovgic.engine.explore import executions
from aiovgic.engine.strategies.dfs import DfsStrategy
from devtools.programs import draw
from devtools.programs.compare import Ending
from devtools.programs.journal import CONFLICTS
from devtools.programs.player import ToyProgram

MOST = 300


def test_ways_to_touch_conflict_both_ways() -> None:
    assert [(way, other) for way, others in CONFLICTS.items() for other in others if way not in CONFLICTS[other]] == []


def conflict(one: Any, other: Any) -> bool:
    """Whether two events do not commute, by their symbols."""
    return any(a == b and how in CONFLICTS[way] for a, way in one[-1] for b, how in other[-1])


@pytest.mark.parametrize("seed", range(120))
def test_a_trace_is_what_swapping_neighbours_that_commute_makes_of_an_execution(seed: int) -> None:
    program = ToyProgram(draw(seed, 120))
    keys: dict[tuple[Any, ...], bytes] = {}
    for _ in islice(executions(program, DfsStrategy(), (Ending(program),)), MOST):
        assert program.last is not None
        journal = program.last.journal
        if not journal.over:
            return  # executions that are cut short are not closed under swapping
        keys[tuple(event.symbol for event in journal.events)] = journal.key()
    if len(keys) == MOST:
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
                continue  # a grace period's end waits for the readers that were inside: the two cannot be swapped
            assert keys.get(swapped) == key, f"{one} and {other} do not commute"
            merged[root(swapped)] = root(sequence)
    assert len({root(sequence) for sequence in keys}) == len(set(keys.values()))
