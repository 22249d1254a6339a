"""Operations and their results: one vocabulary for scripts, scenarios, traces and Python."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Result: TypeAlias = dict[str, Any]
"""What an operation gave, as a recording has it: ``ret``, ``errno`` and what else there is to say."""

FEW = 0xFFFF
"""Numbers up to this are counts and INTIDs, shown in decimal."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation by name: its fields complete and checked, and ``raw``, as they were written."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join((self.name, *(f"{name}={worded(value)}" for name, value in self.raw.items())))


def worded(value: object) -> str:
    """A value as people write it: what may be an address, or bits, in hexadecimal."""
    if not isinstance(value, int) or isinstance(value, bool):
        return str(value)
    return f"{int(value):#x}" if value > FEW else str(int(value))


def text_of(value: Any) -> str:
    """A result or a fact as a trace has it: the same text everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
