"""seed-overlap: two ITSes are given one address, and which of them an MSI reaches depends on their order.

The bus takes ranges that overlap. Nobody asks whether another ITS is there, so two threads that both believe their
ITS is at the address are both told that it is (facts: races.md 2.1, seed-overlap; so to this day: own reading).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.bus import Bus
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.bus import Range


@replaces(Bus)
class SeedOverlap(Bus):
    """Nobody looks what is there."""

    def check_overlap(self, now: tuple[Range, ...], new: Range) -> None:
        """Whatever is there, another may come."""


LAYERS = (SeedOverlap,)

BUG = Bug(id="seed-overlap", layers=LAYERS, kinds=("expectation", "not-serial"), scenario="one-address", doc=__doc__)
