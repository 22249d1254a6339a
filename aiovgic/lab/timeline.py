"""timeline: what a trace file tells, by task and step. Nothing is run."""

from __future__ import annotations

from pathlib import Path

from aiovgic.record.trace import Trace
from aiovgic.report.timeline import Timeline


def timeline(path: str | Path) -> Timeline:
    """The timeline of a trace file. Raises ScenarioError for a file that is none."""
    return Timeline(Trace.load(Path(path)))
