"""How far the searches of a session went: a line at its end, also where pytest-xdist distributes the tests."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest

SHOWN = 10
"""Tests that were not explored completely are named up to this number, unless pytest is verbose."""


class Extent(NamedTuple):
    """How far the search of one test went, and why not further."""

    status: str
    why: str = ""


COMPLETE = "complete"
FOUND = "with a finding"
REPLAYED = "replayed"
BUDGET = "budget spent"
TIME = "time spent"
PARTLY = "not complete"
NOT_EXPLORED = "not explored"
ORDER = (COMPLETE, FOUND, BUDGET, TIME, PARTLY, REPLAYED, NOT_EXPLORED)
"""Each status, in the order of the line."""

TOLD = (BUDGET, TIME, PARTLY, NOT_EXPLORED)
"""Statuses whose tests are named: a passed test of these says less than it seems."""

EXTENT = pytest.StashKey[Extent]()
"""Of a test that is to be explored."""

ATTRIBUTE = "aiovgic_extent"
"""Of a test's report: pytest-xdist sends the attributes of reports to the session that prints the summary."""


class Summary:
    """Counts the extents that reports of tests carry."""

    def __init__(self) -> None:
        self.extents: dict[str, Extent] = {}
        """By node id; a test that is run again counts once."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the extent of a search."""
        extent = getattr(report, ATTRIBUTE, None)
        if extent is not None:
            self.extents[report.nodeid] = Extent(*extent)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the line, and below it the tests that were not explored completely."""
        verbose = terminalreporter.config.get_verbosity() > 0
        for line in lines_of(self.extents, None if verbose else SHOWN):
            terminalreporter.write_line(line)


def lines_of(extents: dict[str, Extent], most: int | None) -> list[str]:
    """The summary of a session, with at most so many tests by name; nothing if no test was to be explored."""
    if not extents:
        return []
    counts = Counter(extent.status for extent in extents.values())
    told = ", ".join(f"{counts[status]} {status}" for status in ORDER if counts[status])
    named = [(extent, node) for node, extent in sorted(extents.items()) if extent.status in TOLD]
    width = max((len(extent.status) for extent, _ in named), default=0)
    lines = [f"  {extent.status:{width}}  {node}: {extent.why}" for extent, node in named[:most]]
    more = [f"  and {len(named) - len(lines)} more (-v names them all)"] if len(lines) < len(named) else []
    return [f"aiovgic: {len(extents)} explored: {told}", *lines, *more]
