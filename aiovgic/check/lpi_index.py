"""Rule: an event's LPI is the very one that the index finds under its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "not-in-index"


def not_in_index(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An LPI that is not in the index, or has another in place of, is never found again, though MSIs raise it."""
    for event, intid in facts["strays"]:
        what = f"{event} is mapped to an LPI {intid} that is not in the index"
        yield Violation("map", RULE, what, about=("lpis.lpi_xa", f"irq{intid}.refcount"))
