"""What the failure of an explored test says: the cause in its first line, the report, and where the trace is."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aiovgic.lab.traces import Keeper

if TYPE_CHECKING:
    from pathlib import Path

    from aiovgic.lab.result import Result
    from aiovgic.lab.telling import Told
    from aiovgic.record.finding import Finding
    from aiovgic.record.trace import Trace


class Traces(Keeper):
    """Writes the trace of each finding when it is made, and says at the end where they are."""

    def __init__(self, here: Path) -> None:
        super().__init__(here)
        self.unwritten: list[str] = []

    def found(self, told: Told) -> None:
        """A finding is made."""
        self.write_if_possible(told.finding, told.trace)

    def shrunk(self, before: Told, told: Told) -> None:
        """The schedule of a finding was shrunk."""
        if told.finding.schedule != before.finding.schedule:
            self.write_if_possible(told.finding, told.trace)

    def write_if_possible(self, finding: Finding, trace: Trace) -> None:
        """Write a trace; where it cannot be written, the report says so."""
        try:
            self.write(finding, trace)
        except OSError as error:
            self.unwritten.append(f"  the trace is not written: {error.filename}: {error.strerror or error}")

    def lines(self) -> list[str]:
        """What the report says of the traces."""
        files = dict.fromkeys(self.kept.values())
        return [*(f"  timeline  aiovgic timeline {shlex.quote(str(path))}" for path in files), *self.unwritten]


def report_of(result: Result, traces: Traces) -> str:
    """The report of what was found: its first line is the cause, and below the last schedule are the traces."""
    subject = f"{getattr(result, 'scenario', '')}  FAILED  "
    lines = result.report().removeprefix(subject).splitlines()
    after = max((number for number, line in enumerate(lines, 1) if line.startswith("  replay  ")), default=len(lines))
    return "\n".join([*lines[:after], *traces.lines(), *lines[after:]])
