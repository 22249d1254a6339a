"""Rules about publication: a ready flag is true, and what is in use was not freed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


SAID = ("dist.initialized", "dist.has_its", "dist.ready", "dist.spis", "bus.ranges", "forwarding.vpes")
"""What flags say, and what makes it so."""
POINTERS = ("ranges", "entries", "rdreg")


def ready_too_early(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A flag that says ready is true only if what it stands for is ready."""
    for claim, true in facts["claims"].items():
        if not true:
            yield Violation("publication", "ready-too-early", f"a flag says so, and it is not so: {claim}", about=SAID)


def nothing_dangles(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """Nothing that is in use points at freed memory."""
    for holder, what, ident in facts["dangling"]:
        title = f"{what} was freed, and {holder} still points at it"
        yield Violation("use-after-free", "dangling", title, freed=ident, about=(what, *fields_of(holder)))


def fields_of(holder: str) -> tuple[str, ...]:
    """The fields in which a holder may have what was freed: the bus, an event, a cache, a list, a redistributor."""
    its, _, event = holder.partition(" ")
    return (f"{its}.maps.device_list",) if event else (holder, *(f"{holder}.{field}" for field in POINTERS))
