"""Rules: an LPI lives as long as it is referred to, and an ITS's events, collections and ring fit together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from aiovgic.arch.gits import Cbaser, Cursor
from aiovgic.arch.intid import is_lpi
from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REFERENCES = "lpi-references"
ONE_EVENT = "lpi-mapped-twice"
CACHED = "stale-translation"
MAPPINGS = "collection-gone"
RING = "cursor-outside-queue"


def lpi_references(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """References are held by events, lists and cached translations; one more leaks, one less is a use after free."""
    lpis = {irq["intid"]: irq for irq in facts["irqs"].values() if is_lpi(irq["intid"])}
    held = Counter(facts["cached"])
    for its in facts["its"].values():
        held.update(intid for intid, _ in its["events"].values() if intid is not None)
    for vcpu in facts["vcpus"].values():
        held.update(intid for intid in vcpu["ap_list"] if is_lpi(intid))
    for intid, count in held.items():
        if intid not in lpis:
            yield Violation(
                "map", REFERENCES, f"LPI {intid} is held {count} times, but not in the index", about=of_lpi(intid)
            )
    for intid, irq in lpis.items():
        if irq["refs"] != held[intid]:
            what = f"LPI {intid} counts {irq['refs']} references; it has {held[intid]}"
            yield Violation("refcount", REFERENCES, what, about=of_lpi(intid))


def of_lpi(intid: int) -> tuple[str, ...]:
    """The fields that say whether there is an LPI, and what holds it."""
    return (f"irq{intid}.refcount", "lpis.lpi_xa")


def lpi_mapped_twice(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An LPI has one event: of two, each is moved, configured and freed under the other (vgic_its_map_lpi)."""
    events: dict[int, list[str]] = {}
    for name, its in facts["its"].items():
        for event, (intid, _) in its["events"].items():
            if intid is not None:
                events.setdefault(intid, []).append(f"{name} {event}")
    for intid, named in events.items():
        if len(named) > 1:
            what = f"LPI {intid} belongs to {len(named)} events: {', '.join(named)}"
            yield Violation("map", ONE_EVENT, what, about=of_lpi(intid))


def stale_translation(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A translation of what is no event any more delivers MSIs that the ITS no longer maps."""
    mapped = [intid for its in facts["its"].values() for intid, _ in its["events"].values()]
    for intid in facts["cached"]:
        if intid not in mapped:
            what = f"LPI {intid} is cached for an event that is no longer mapped"
            caches = (f"{name}.cache.entries" for name in facts["its"])
            yield Violation("map", CACHED, what, about=(*caches, *of_lpi(intid)))


def collection_gone(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """An event belongs to a collection that there is, or to none."""
    for name, its in facts["its"].items():
        for event, (_, collection) in its["events"].items():
            if collection is not None and collection not in its["collections"]:
                what = f"{name} event {event} is in collection {collection}, which is gone"
                yield Violation(
                    "map", MAPPINGS, what, about=(f"{name}.maps.collection_list", f"{name}.maps.device_list")
                )


def cursor_outside_queue(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """Both cursors point at commands inside the ring."""
    for name, its in facts["its"].items():
        size = Cbaser(int(its["cbaser"], 0)).size_bytes
        for cursor in ("creadr", "cwriter"):
            value = int(its[cursor], 0)
            if value >= size or Cursor(value).offset != value:
                what = f"{name} {cursor} is {value:#x} in a ring of {size:#x} bytes"
                yield Violation("map", RING, what, about=(f"{name}.{cursor}", f"{name}.cbaser"))
