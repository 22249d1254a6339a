"""Traces that go where an option says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.cli.output import complain
from aiovgic.errors import UsageError
from aiovgic.lab.traces import keep

if TYPE_CHECKING:
    from pathlib import Path

    from aiovgic.record.trace import Trace


def checked_place(path: Path) -> Path:
    """Where a trace is to go. Raises UsageError, before any work is done, for a place that cannot be."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: {'is a folder' if path.is_dir() else 'there is no such folder'}")
    return path


def keep_trace(path: Path, trace: Trace) -> bool:
    """Write a trace; where it cannot be written, say so and go on."""
    try:
        keep(path, trace)
    except OSError as error:
        complain(f"the trace is not written: {path}: {error.strerror or error}")
        return False
    return True
