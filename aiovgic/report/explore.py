"""The report of a search that found nothing, and the lines that end every report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiovgic.report.styled import GOOD, PARTIAL, joined, styled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


OK = styled(("ok", GOOD))
COMPLETE = ("complete", GOOD)
NOT_COMPLETE = ("not complete", PARTIAL)


class Verdict(NamedTuple):
    """What a search amounts to that found nothing in its last execution."""

    head: str
    """`OK` for a complete search; else that it is not complete, and what ended it."""
    tried: str
    """How much was tried."""


def clean_line(subject: str, revision: str, strategy: str, seconds: float, verdict: Verdict) -> str:
    """The first line of a search that found nothing: how much was tried, and whether that is everything."""
    how = f"(revision {revision}, {strategy}, {seconds:.1f} s)"
    return joined([subject, verdict.head, verdict.tried, how], "  ")


def verdict_of(  # noqa: PLR0913  a verdict depends on all of this
    executions: int,
    *,
    complete: bool,
    interrupted: bool,
    exhausted: bool,
    whole: bool = False,
    spent: str = "",
    untracked: Sequence[str] = (),
) -> Verdict:
    """What a search that found nothing amounts to: ``ok`` only if it was complete.

    ``whole``: it tried all orders of the model's operations. ``spent`` is the limit that ended it. ``untracked``: state
    of the user's tasks that a search that ran to its end did not cover.
    """
    count = counted(executions)
    if complete:
        return Verdict(OK, styled(f"{count}, ", COMPLETE))
    beside = f"; not explored: {'; '.join(untracked)}" if untracked else ""
    if interrupted:
        return Verdict(styled("interrupted, ", NOT_COMPLETE), count)
    if whole and untracked:
        return Verdict(styled(NOT_COMPLETE), f"{count}, complete for the model{beside}")
    if exhausted:
        return Verdict(styled(NOT_COMPLETE), f"{count}, every order within the bound was tried{beside}")
    return Verdict(styled(f"{spent} spent, " if spent else "", NOT_COMPLETE), count)


def counted(executions: int) -> str:
    """A number of executions in words; of none it is said that none came to its end."""
    if not executions:
        return "no execution ended"
    return "1 execution" if executions == 1 else f"{executions} executions"


def search_lines(verdict: Verdict) -> list[str]:
    """How far a search went that found something and did not end there."""
    words = (verdict.tried,) if verdict.head == OK else verdict
    return [styled("  search: ", joined(words, ", "))]


def unreached_lines(unreached: Sequence[str]) -> list[str]:
    """The expectations of kind ``sometimes`` that no execution has reached yet."""
    return [f"  not reached so far: {written}" for written in unreached]


def excused_lines(excused: Sequence[str]) -> list[str]:
    """The excuses that a search used: KVM does these on purpose, so that no rule reports them."""
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
