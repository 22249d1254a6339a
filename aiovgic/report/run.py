"""The report of one run: the verdict, what every labelled step gave, and which vCPU took which interrupt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.report.finding import failed_line
from aiovgic.report.styled import joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiovgic.record.finding import Finding


def run_report(
    subject: str,
    findings: Sequence[Finding],
    how: str,
    results: Mapping[str, Any],
    delivered: Sequence[tuple[int, str]],
    reached: Sequence[str],
) -> str:
    """The whole report, without the state; ``how``: under which revision, and on which engine."""
    verdicts = [failed_line(subject, each) for each in findings] or [f"{subject}  nothing found in one run"]
    lines = [*verdicts, f"  {how}"]
    lines += [f"  Rule: {finding.rule}" for finding in findings]
    lines += ["", "Results", *rows({label: result_words(result) for label, result in results.items()})]
    taken = {f"{number}.": f"interrupt {intid} by {vcpu}" for number, (intid, vcpu) in enumerate(delivered, 1)}
    lines += ["", "Taken", *rows(taken)]
    if reached:
        lines += ["", "Reached, of what happens sometimes", *(f"  {each}" for each in reached)]
    return joined(lines)


def rows(found: Mapping[str, str]) -> list[str]:
    """Names and what belongs to each; 'nothing' where there are none."""
    width = max(map(len, found), default=0)
    return [f"  {name:<{width}}  {text}" for name, text in found.items()] or ["  nothing"]


def result_words(result: Mapping[str, Any]) -> str:
    """A result in few words: the errno, or what it returned."""
    if result["errno"] is not None:
        return str(result["errno"])
    more = [f"{key} {value}" for key, value in result.items() if key not in {"ret", "errno"}]
    return ", ".join([f"ret {result['ret']}", *more])
