"""Rule: a device is on the bus once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "registered-twice"


def registered_twice(facts: Mapping[str, Any]) -> Iterator[Violation]:
    """A device that is registered twice answers at two places, and only one is ever taken back."""
    places: dict[str, list[str]] = {}
    for base, _length, name in facts["bus"]:
        places.setdefault(name, []).append(base)
    for name, bases in places.items():
        if len(bases) > 1:
            what = f"{name} is on the bus {len(bases)} times, at {' and '.join(bases)}"
            yield Violation("list", RULE, what, about=("bus.ranges",))
