"""irqfd-type-clobber: an irqfd that is deassigned is written while other tasks read it.

Deassigning clears the irqfd's routing entry while a write of the eventfd reads it (docs/facts/races.md#variants;
b4d37cdb77a0, 6.19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.irqfd import Irqfds
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irqfd import EventFd


@replaces(Irqfds)
class IrqfdTypeClobber(Irqfds):
    """The entry is cleared first, without the eventfd's lock."""

    async def shutdown(self, eventfd: EventFd) -> None:
        eventfd.gsi = None
        await super().shutdown(eventfd)


LAYERS = (IrqfdTypeClobber,)

BUG = Bug(
    id="irqfd-type-clobber",
    layers=LAYERS,
    kinds=("data-race", "expectation"),
    scenario="irqfd-off",
    commit="b4d37cdb77a0",
    doc=__doc__,
)
