"""How explore tells a finding: the trace is written, the report printed, and then what came of the shrinking."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec

from aiovgic.cli.output import complain, say
from aiovgic.lab.traces import Keeper
from aiovgic.report.explore import how_found
from aiovgic.report.finding import finding_report, shrunk_report
from aiovgic.report.kernel import FORMATS, shaped
from aiovgic.report.styled import PASTE, joined, styled

if TYPE_CHECKING:
    from pathlib import Path

    from aiovgic.cli.progress import Show
    from aiovgic.lab.telling import Told

LONG = 40
"""Deviations that a command line has room for; a longer schedule is replayed from its trace."""

REPLACED = "  shrinking: if a smaller schedule is found, its trace replaces this file"

FEW = 8
"""Deviations that are told of a schedule that will still be shrunk."""


class TellerLines:
    """Prints findings as they come: reports on standard output, or a line each on standard error beside JSON."""

    def __init__(self, show: Show, shape: str, trace_file: Path | None, *, as_json: bool) -> None:
        self.show = show
        self.shape = shape
        self.keeper = Keeper(first=trace_file)
        self.kept = self.keeper.kept
        self.as_json = as_json

    def found(self, told: Told) -> None:
        """Write the trace, then print the finding."""
        again = bool(self.kept)
        written = self.write(told)
        may_change = written and told.finding.switches and self.kept[told.finding.identity] != self.keeper.first
        with self.show.aside():
            if self.as_json:
                finding = told.finding
                complain(f"{finding.kind}: {finding.title} (execution {finding.at_execution}){behind(written)}")
            else:
                lines = [*([""] if again else []), self.report(told), *written, *([REPLACED] if may_change else [])]
                say(joined(lines))

    def report(self, told: Told) -> str:
        """The finding in the shape that was asked for."""
        finding = told.finding
        path = self.kept.get(finding.identity)
        if finding.switches > LONG and path is not None:
            files = [word for each in told.subject.planted if each.source for word in ("--bug", each.name)]
            finding = msgspec.structs.replace(finding, replay=shlex.join(["aiovgic", "replay", str(path), *files]))
        under = told.subject.under
        if self.shape in FORMATS:
            return shaped(finding, self.shape, f"revision {under}")
        how = how_found(under, finding.strategy, finding.at_execution, told.seconds)
        return finding_report(told.subject.called, finding, told.switches, how, None, shown=FEW)

    def shrunk(self, before: Told, told: Told) -> None:
        """Write the trace of a smaller schedule in place of the first one, then print the schedule."""
        finding = told.finding
        smaller = finding.schedule != before.finding.schedule
        written = self.write(told) if smaller else []
        lines = shrunk_report(finding, told.switches, before.finding, proven=told.proven, interrupted=told.interrupted)
        with self.show.aside():
            if lines and not self.as_json:
                say(joined([*lines, *written]))
            elif smaller:
                complain(f"smaller schedule: '{finding.schedule}'{behind(written)}")

    def write(self, told: Told) -> list[str]:
        """Keep a finding's trace, and take away the one that it replaces; the lines that say so."""
        try:
            before = self.keeper.write(told.finding, told.trace)
        except OSError as error:
            complain(f"the trace is not written: {error.filename}: {error.strerror or error}")
            return []
        path = self.kept[told.finding.identity]
        instead = "" if before is None else f", in place of {before.name}"
        timeline = styled((f"  timeline  aiovgic timeline {shlex.quote(str(path))}", PASTE))
        return [timeline, f"  written  {path}{instead}"]


def behind(written: list[str]) -> str:
    """Where a trace was written, at the end of a line."""
    return f"; {' '.join(written[-1].split())}" if written else ""
