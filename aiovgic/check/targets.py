"""Rule: an LPI goes to the vCPU of its event's collection, and MOVALL moves only what goes to its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "movall-moves-its-source"


def as_collected(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An LPI whose target neither its collection nor a MOVALL from there explains was moved by mistake.

    vgic_its_cmd_handle_movall moves the LPIs of all ITSes that go to its source. Without that test it takes every LPI
    of the VM along, and interrupts arrive at a vCPU that no driver has chosen.
    """
    for event, irq, target, vcpu in facts["astray"]:
        what = (
            f"{irq} of {event} goes to {target}, but its collection goes to {vcpu}, and no MOVALL moved it from there"
        )
        yield Violation("map", RULE, what)
