"""vlpi-double-unmap: the end of an event and the end of forwarding both unmap one vLPI.

Freeing an event tests without irq_lock whether its LPI is forwarded. The end of forwarding may unmap the vLPI
after that test, and the end of the event unmaps it again (docs/facts/races.md#34b; fc4dafe87b93, 6.16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiControl)
class VlpiDoubleUnmap(LpiControl):
    """The vLPI is unmapped before irq_lock is taken."""

    async def unmap_lpi(self, irq: Irq) -> None:
        host_irq = irq.host_irq
        if host_irq is not None:
            await host_irq.unmap_vlpi()
            irq.host_irq = None
        await super().unmap_lpi(irq)


LAYERS = (VlpiDoubleUnmap,)

BUG = Bug(
    id="vlpi-double-unmap",
    layers=LAYERS,
    kinds=("map", "data-race"),
    scenario="forwarded-discard-vs-off",
    commit="fc4dafe87b93",
    doc=__doc__,
)
