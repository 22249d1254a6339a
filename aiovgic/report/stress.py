"""The report of stress: a verdict, what was done, what became of every LPI, and each finding once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiovgic.report.explore import excused_lines, unreached_lines
from aiovgic.report.finding import places
from aiovgic.report.styled import FAILED, joined, styled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiovgic.record.finding import Finding

NOTE = "the seed repeats what is drawn; it does not repeat which of several ready tasks the event loop resumes first"


@dataclass(frozen=True)
class StressSummary:
    """What a report of stress says besides the findings."""

    scenario: str
    revision: str
    seed: int
    chaos: float
    seconds: float
    rounds: int
    balanced: int
    """Rounds without a finding: LPIs are counted only in these."""
    operations: int
    points: int
    lpis: Mapping[str, Any]
    interrupted: bool
    unreached: Sequence[str]
    explore: str
    excused: Sequence[str]


def stress_report(summary: StressSummary, found: Sequence[tuple[Finding, int]]) -> str:
    """The whole report, without a line end at its end."""
    lines = [*head(summary, len(found)), ""]
    for finding, rounds in found:
        lines += [*tell(summary, finding, rounds), ""]
    lines += [*unreached_lines(summary.unreached), *excused_lines(summary.excused)]
    return joined(lines).rstrip()


def head(summary: StressSummary, findings: int) -> Iterator[str]:
    """Verdict and figures."""
    verdict = styled(FAILED, f"  {count(findings, 'finding')} in") if findings else "nothing found in"
    stopped = ", interrupted" if summary.interrupted else ""
    yield styled(
        f"{summary.scenario}  ",
        verdict,
        f" {count(summary.rounds, 'round')}{stopped}  (revision {summary.revision}, "
        f"seed {summary.seed}, chaos {summary.chaos:g}, {summary.seconds:.1f} s)",
    )
    rate, points = summary.operations / summary.seconds, summary.points / summary.seconds
    yield f"  did   {count(summary.operations, 'operation')}, {rate:,.0f}/s; {points:,.0f} points/s"
    lpis = summary.lpis
    lost = sum(lpis["lost"].values())
    came = f"{lpis['sent']:,} sent" + (f", {lpis['found_pending']:,} found pending" if lpis["found_pending"] else "")
    which = f" in the {summary.balanced:,} rounds without a finding" if findings else ""
    yield (
        f"  LPIs  {came}{which}: {lpis['delivered']:,} delivered, {lpis['coalesced']:,} coalesced, "
        f"{lpis['pending']:,} pending, {lost:,} lost"
    )
    for reason, times in lpis["lost"].items():
        yield f"        lost {times:,}: {reason}"


def tell(summary: StressSummary, finding: Finding, rounds: int) -> Iterator[str]:
    """One finding: what, how often, where, what was seen, and the lines to paste."""
    yield f"  {finding.kind}: {finding.title}"
    yield f"    first in round {finding.at_execution:,}, in {rounds:,} of {summary.rounds:,} rounds"
    yield f"    rule: {finding.rule}"
    yield from (f"    {line}" for line in places(finding.places))
    if finding.saw and finding.saw != (finding.title,):
        yield from (f"    {line}" for line in finding.saw)
    yield f"    repeat   {finding.replay}"
    yield f"             ({NOTE})"
    yield f"    explore  {summary.explore}"


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
