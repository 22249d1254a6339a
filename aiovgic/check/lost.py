"""Rule: what was allocated is referred to until it is freed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "unreferenced"


def unreferenced(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An object that nothing refers to can never be freed."""
    for name in facts["lost"]:
        yield Violation(
            "leak", RULE, f"{name} was never freed, and nothing refers to it", about=(name, f"{name}.refcount")
        )
