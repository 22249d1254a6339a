"""The report of a search: one honest line, or the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def clean_line(subject: str, revision: str, strategy: str, executions: int, seconds: float, extent: str) -> str:
    """What is said when nothing was found: how much was tried, and whether that is everything."""
    count = "1 execution" if executions == 1 else f"{executions} executions"
    return f"{subject}  ok  {count}, {extent}  (revision {revision}, {strategy}, {seconds:.1f} s)"


def extent_of(
    *,
    complete: bool,
    interrupted: bool,
    exhausted: bool,
    whole: bool = False,
    spent: str = "",
    untracked: Sequence[str] = (),
) -> str:
    """How far a search went.

    ``whole``: it tried all orders of the model's operations. ``spent`` is the limit that ended it. ``untracked``: state
    of the user's tasks that a search that ran to its end did not cover.
    """
    if complete:
        return "complete"
    beside = f"; not explored: {'; '.join(untracked)}" if untracked else ""
    if whole and untracked:
        return f"complete for the model{beside}"
    if exhausted:
        return f"complete as far as the bound goes{beside}"
    if interrupted or not spent:
        return "interrupted, not complete" if interrupted else "not complete"
    return f"{spent} spent, not complete"


def unreached_lines(unreached: Sequence[str]) -> list[str]:
    """What was to happen sometimes, and has not happened yet."""
    return [f"  not reached so far: {written}" for written in unreached]


def excused_lines(excused: Sequence[str]) -> list[str]:
    """The excuses that a search used: what KVM does on purpose, and no rule reports."""
    return [f"  excused: {len(excused)}", *(f"    {each}" for each in excused)] if excused else []


def strategy_lines(by_strategy: Mapping[str, int]) -> list[str]:
    """How many executions each strategy decided, if there were several."""
    if len(by_strategy) < 2:  # noqa: PLR2004  one strategy is named in the first line
        return []
    return ["  executions by strategy: " + ", ".join(f"{name}: {count}" for name, count in by_strategy.items())]


def longer_lines(longer: Sequence[str]) -> list[str]:
    """How to search on where a limit ended the search."""
    words = ("search longer", "or with few preemptions")
    width = max(map(len, words[: len(longer)]), default=0)
    return [f"  {word:{width}}  {line}" for word, line in zip(words, longer, strict=False)]


def how_found(revision: str, strategy: str, execution: int, seconds: float) -> str:
    """How a finding was found."""
    which = f"execution {execution}" if execution else "all executions"
    return f"revision {revision}, {which}, {strategy}, {seconds:.1f} s"


def detail_of(depth: int, outcomes: int, findings: int) -> str:
    """How far a search is, beyond the number of its executions."""
    return f"depth {depth}, {outcomes} outcomes, {findings} findings"
