"""The programs of the literature: one execution for each trace, and no trace twice."""

from __future__ import annotations

import pytest

from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dpor import DporStrategy
from devtools.programs.literature import BUGS, LITERATURE, Known, abba, kick, rare

CLEAN = [known for known in LITERATURE if not known.breaks]


def executions_of(known: Known) -> int:
    """Executions of a whole search; there must be nothing to find."""
    search = explore(known.program, DporStrategy(), 10_000)
    assert search.complete
    return search.executions


@pytest.mark.parametrize("known", CLEAN, ids=lambda known: known.name)
def test_dpor_runs_each_trace_of_a_program_of_the_literature_once(known: Known) -> None:
    assert executions_of(known) == known.traces


@pytest.mark.parametrize("known", BUGS, ids=lambda known: known.name)
def test_dpor_finds_the_bugs_that_peers_are_measured_with(known: Known) -> None:
    search = explore(known.program, DporStrategy(), 10_000)
    assert search.broken is not None
    assert search.broken.kind == known.breaks


@pytest.mark.parametrize(("known", "at_most"), [(abba(), 7), (kick(), 4), (rare(), 100)], ids=["abba", "kick", "rare"])
def test_dpor_finds_each_bug_within_few_executions(known: Known, at_most: int) -> None:
    assert 0 < explore(known.program, DporStrategy(), 10_000).at_execution <= at_most
