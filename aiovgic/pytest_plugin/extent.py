"""How far the search of one test went, in the words of the summary, and what makes it complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.lab.explore import ExploreResult
from aiovgic.pytest_plugin import summary
from aiovgic.pytest_plugin.summary import Extent

if TYPE_CHECKING:
    from aiovgic.lab.result import Result

SPENT = {"budget": summary.BUDGET, "time": summary.TIME}
NO_TASK = "the test starts no task, so that there is one order"
CAN_COMPLETE = ("auto", "dpor", "dfs")
"""Strategies that end when they have tried everything."""


def extent_of(result: Result, *, starts_tasks: bool) -> Extent:
    """The extent of a search or of a replay. ``starts_tasks``: whether there was anything to explore."""
    if not isinstance(result, ExploreResult):
        return Extent(summary.REPLAYED)
    if result.findings:
        return Extent(summary.FOUND)
    if not starts_tasks:
        return Extent(summary.NOT_EXPLORED, NO_TASK)
    if result.complete:
        return Extent(summary.COMPLETE)
    if result.interrupted:
        return Extent(summary.PARTLY, "interrupted")
    if result.spent:
        count = "1 execution" if result.executions == 1 else f"{result.executions} executions"
        return Extent(SPENT[result.spent], f"{count}, {result.in_words}")
    return Extent(
        summary.PARTLY, f"not explored: {'; '.join(result.not_covered)}" if result.not_covered else result.in_words
    )


def shortfall(result: Result, extent: Extent) -> str:
    """The failure of a test whose search is to be complete and is not: what is missing, and what to do."""
    status = "" if extent.status == summary.PARTLY else f"{extent.status}: "
    lines = [f"not complete: {status}{extent.why}", f"  {way_on(result, extent)}"]
    return "\n".join(lines if extent.why == NO_TASK else [*lines, "", str(result)])


def way_on(result: Result, extent: Extent) -> str:
    """What to do about a search that is not complete."""
    if extent.why == NO_TASK:
        return "start tasks in 'async with m.tasks()', or leave @explored out"
    if isinstance(result, ExploreResult) and result.strategy not in CAN_COMPLETE:
        return f"strategy {result.strategy!r} is never complete: leave it out, so that the default strategy searches"
    if extent.status in SPENT.values():
        return "search longer: @explored(seconds=60) or a larger budget; or make the test smaller"
    if isinstance(result, ExploreResult) and result.untracked:
        return "keep what tasks share in m.shared(name, value), or give each task its own"
    return "leave the bound of the strategy out, so that the default strategy searches"
