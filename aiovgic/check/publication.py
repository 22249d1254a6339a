"""Rules: what is said to be ready is ready; what is in use is alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def as_said(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """No flag says what is not so."""
    for claim, true in facts["claims"].items():
        if not true:
            yield Violation("publication", "ready-is-ready", f"said, and not so: {claim}")


def nothing_dangles(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """What can be reached was not freed."""
    for holder, what, ident in facts["dangling"]:
        yield Violation("use-after-free", "dangling", f"{what} was freed, and {holder} still has it", freed=ident)
