"""DPOR against naive DFS, with all detectors, on the programs of the literature that are small enough for DFS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.sync import LockOrder, Shared
from devtools.programs.bodies import MiniSession
from devtools.programs.literature import BUGS, LITERATURE, PUBLISHED

if TYPE_CHECKING:
    from aiovgic.engine.program import Program
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.sync import Runtime

LIMIT = 500
"""Executions of DFS at most."""

KNOWN: dict[str, Program] = {
    **{known.name: known.program for known in (*LITERATURE, *BUGS)},
    **{published.name: published.program for published in PUBLISHED},
}
SMALL = (
    *("readers(2)", "guarded 3x1", "guarded 3x2", "kick", "rare", "account", "arithmetic_prog", "bank", "bluetooth"),
    *("buffer_if", "carter01", "deadlock01", "double_checked", "fsbench", "lazy01", "phase01", "philosophers_3"),
    *("reorder_3", "stringbuffer", "sync01", "sync02", "token_ring", "twostage"),
)
"""Programs that DFS completes within the limit."""


class Words:
    """A program whose outcome is the value of each shared word at the end."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def __call__(self, rt: Runtime) -> Any:
        session = self.program(rt)
        assert isinstance(session, MiniSession)
        session.outcome = lambda: words_of(session)  # type: ignore[method-assign]
        return session


def words_of(session: MiniSession) -> dict[str, str]:
    """The numbers among the shared words of a session."""
    words = [thing for thing in session.part.things if isinstance(thing, Shared) and isinstance(thing.value, int)]
    return {word.name: str(word.value) for word in words}


def shows(name: str, strategy: Strategy) -> tuple[set[str], set[tuple[object, ...]]]:
    """The outcomes and the findings of a complete search."""
    detectors = Detectors(LockOrder(), go_on=True)
    search = explore(Words(KNOWN[name]), strategy, LIMIT, watches=detectors.watches, go_on=True)
    assert search.complete
    return {json.dumps(seen, sort_keys=True) for seen in search.histogram.seen}, {*search.found}


@pytest.mark.parametrize("name", SMALL)
def test_dpor_and_dfs_show_the_same(name: str) -> None:
    assert shows(name, DporStrategy()) == shows(name, DfsStrategy())
