"""The report of a search: one honest line, or the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def clean_line(subject: str, revision: str, strategy: str, executions: int, seconds: float, extent: str) -> str:
    """What is said when nothing was found: how much was tried, and whether that is everything."""
    count = "1 execution" if executions == 1 else f"{executions} executions"
    return f"{subject}  ok  {count}, {extent}  (revision {revision}, {strategy}, {seconds:.1f} s)"


def extent_of(*, complete: bool, interrupted: bool, exhausted: bool) -> str:
    """How far a search went."""
    if complete:
        return "complete"
    if exhausted:
        return "complete as far as the bound goes"
    return "interrupted, not complete" if interrupted else "budget spent, not complete"


def unreached_lines(unreached: Sequence[str]) -> list[str]:
    """What was to happen sometimes, and has not happened yet."""
    return [f"  not reached so far: {written}" for written in unreached]


def how_found(revision: str, strategy: str, execution: int, seconds: float) -> str:
    """How a finding was found."""
    which = f"execution {execution}" if execution else "all executions"
    return f"revision {revision}, {which}, {strategy}, {seconds:.1f} s"


def detail_of(depth: int, outcomes: int, findings: int) -> str:
    """How far a search is, beyond the number of its executions."""
    return f"depth {depth}, {outcomes} outcomes, {findings} findings"
