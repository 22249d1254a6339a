"""The report of a search: one honest line, or the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def clean_line(subject: str, revision: str, strategy: str, executions: int, seconds: float, *, complete: bool) -> str:
    """What is said when nothing was found: how much was tried, and whether that is everything."""
    count = "1 execution" if executions == 1 else f"{executions} executions"
    extent = "complete" if complete else "budget spent, not complete"
    return f"{subject}  ok  {count}, {extent}  (revision {revision}, {strategy}, {seconds:.1f} s)"


def unreached_lines(unreached: Sequence[str]) -> list[str]:
    """What was to happen sometimes, and has not happened yet."""
    return [f"  not reached so far: {written}" for written in unreached]


def how_found(revision: str, strategy: str, execution: int, seconds: float) -> str:
    """How a finding was found."""
    return f"revision {revision}, execution {execution}, {strategy}, {seconds:.1f} s"
