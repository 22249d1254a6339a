"""vlpi-double-unmap: two who unmap one vLPI both see it mapped.

Freeing an event looks without irq_lock whether its LPI is forwarded; so the end of forwarding may unmap it in
between, and the event's owner unmaps it again (facts: races.md 34b; fc4dafe87b93, 6.16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.forwarding import Forwarding
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(Forwarding)
class VlpiDoubleUnmap(Forwarding):
    """The event's end takes no irq_lock."""

    async def drop(self, irq: Irq) -> None:
        host_irq = irq.host_irq
        if host_irq is not None:
            await host_irq.unmap_vlpi()
            irq.host_irq = None


LAYERS = (VlpiDoubleUnmap,)

BUG = Bug(
    id="vlpi-double-unmap",
    layers=LAYERS,
    kinds=("map", "data-race"),
    scenario="forwarded-discard-vs-off",
    commit="fc4dafe87b93",
    doc=__doc__,
)
