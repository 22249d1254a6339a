"""Operations and their results: one vocabulary for scripts, scenarios, traces and Python."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Result: TypeAlias = dict[str, Any]
"""What an operation gave, as a recording has it: ``ret``, ``errno`` and what else there is to say."""

LARGE = 0xFFF
"""A number above this is an address, or as good as one."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation by name: its fields complete and checked, and ``raw``, as they were written."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join((self.name, *(f"{name}={written(value)}" for name, value in self.raw.items())))


def written(value: Any) -> str:
    """A field as a reader wants it: an address in hexadecimal."""
    return hex(value) if type(value) is int and value > LARGE else str(value)


def text_of(value: Any) -> str:
    """A result or a fact as a trace has it: the same text everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
