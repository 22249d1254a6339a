"""lpi-mapped-twice: two events have one LPI.

MAPTI looks an LPI up by its INTID, in the index that all ITSes of a VM share, and takes it whichever event has it.
MOVI of one event then moves the other's interrupt, DISCARD of one ends the forwarding of the other, and an LPI that
is mapped again keeps the target of its first event. vgic_its_map_lpi marks the LPI as mapped under irq_lock, and
refuses the second event (docs/facts/mainline.md#1.2, dup-lpi and remap-target). Mended between 7.2.13 and 7.3.4;
found by asking 6.12.117 and 7.3.4 the same scripts. No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(LpiControl)
class LpiMappedTwice(LpiControl):
    """An LPI has any number of events; only the first sets its target."""

    async def map_lpi(self, irq: Irq, vcpu: Vcpu | None) -> bool:
        return True

    async def unmap_lpi(self, irq: Irq) -> None:
        if self.vm.host.gicv4:
            await super().unmap_lpi(irq)


LAYERS = (LpiMappedTwice,)

BUG = Bug(id="lpi-mapped-twice", layers=LAYERS, kinds=("map", "expectation"), scenario="mapti-vs-discard", doc=__doc__)
