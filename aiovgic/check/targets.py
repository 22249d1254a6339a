"""Rules: an LPI goes where its mapping says, and a mapping goes with the table that it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TARGET = "wrong-target"
TABLE = "stale-mapping"
TABLES = (("baser_device_table", "maps.device_list"), ("baser_coll_table", "maps.collection_list"))
"""By the number of a GITS_BASER: its word, and what is mapped under it."""


def wrong_target(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An LPI whose target neither its collection nor a MOVALL from there explains was moved by mistake.

    vgic_its_cmd_handle_movall moves the LPIs of all ITSes that go to its source. Without that test it takes every LPI
    of the VM along, and interrupts arrive at a vCPU that no driver has chosen.
    """
    for event, irq, target, vcpu in facts["astray"]:
        what = (
            f"{irq} of {event} goes to {target}, but its collection goes to {vcpu}, and no MOVALL moved it from there"
        )
        yield Violation("map", TARGET, what, about=(f"{irq}.target_vcpu",))


def stale_mapping(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A device or collection that outlives a change of its BASER translates MSIs by a table that the guest took away.

    vgic_mmio_write_its_baser frees all devices, or all collections, when the register changes; a save would write what
    is left into memory that was never given for it.
    """
    for its, number, mapping in facts["outlived"]:
        what = f"{mapping} was mapped before GITS_BASER{number} of {its} changed, and is still there"
        yield Violation("map", TABLE, what, about=tuple(f"{its}.{field}" for field in TABLES[number]))
