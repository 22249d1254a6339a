"""timeline: what a trace file tells, by task and step. Nothing is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError, UsageError
from aiovgic.lab.traces import load_trace
from aiovgic.report.timeline import Timeline

if TYPE_CHECKING:
    from pathlib import Path


def timeline(path: str | Path) -> Timeline:
    """The timeline of a trace file. Raises ScenarioError for a file that is none."""
    trace = load_trace(path)
    try:
        return Timeline(trace)
    except UsageError as error:
        raise ScenarioError(f"{path}:1", f"cannot be shown: {error}") from None
