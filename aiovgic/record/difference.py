"""Differences: operations for which the model gives another answer than a recorded kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiovgic.record.operation import Operation, Result


@dataclass(frozen=True, slots=True)
class Difference:
    """One operation for which the model gives another answer than the kernel."""

    file: str
    script: str
    index: int
    """Which operation of its script, from 0."""
    line: int
    op: Operation
    expected: Result
    got: Result
    state: dict[str, Any] = field(default_factory=dict)
    """The machine's facts after it."""

    def to_json(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "file": self.file,
            "script": self.script,
            "index": self.index,
            "line": self.line,
            "op": {"op": self.op.name, **self.op.raw},
            "expected": self.expected,
            "got": self.got,
            "state": self.state,
        }
