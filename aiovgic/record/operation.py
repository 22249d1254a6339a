"""Operations and their results: one vocabulary for scripts, scenarios, traces and Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Result: TypeAlias = dict[str, Any]
"""What an operation gave, as a recording has it: ``ret``, ``errno`` and what else there is to say."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation by name, with its fields as they were written."""

    name: str
    fields: dict[str, Any] = field(default_factory=dict)
