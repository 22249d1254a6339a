"""Where verbs put the traces they write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.cli.output import complain
from aiovgic.errors import UsageError

if TYPE_CHECKING:
    from aiovgic.record.trace import Trace

TRACES = Path(".aiovgic")
"""Where the trace of a finding goes, below the current folder."""


def checked_place(path: Path) -> Path:
    """Where a trace is to go. Raises UsageError, before any work is done, for a place that cannot be."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: {'is a folder' if path.is_dir() else 'there is no such folder'}")
    return path


def place_for(trace_file: Path | None, scenario: str) -> Path:
    """Where the trace of a scenario's finding goes. Raises UsageError."""
    return TRACES / f"{Path(scenario).stem}.jsonl" if trace_file is None else checked_place(trace_file)


def keep_trace(path: Path, trace: Trace) -> bool:
    """Write a trace; where it cannot be, say so and go on."""
    try:
        if path.parent == TRACES:
            TRACES.mkdir(exist_ok=True)
        path.write_bytes(trace.encode())
    except OSError as error:
        complain(f"the trace is not kept: {path}: {error.strerror or error}")
        return False
    return True
