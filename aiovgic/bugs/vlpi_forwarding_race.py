"""vlpi-forwarding-race: an LPI's configuration is passed to the host after its forwarding has ended.

Priority and enable are stored under irq_lock; the host's vLPI is configured after irq_lock was dropped. Forwarding may
have ended in between, and the host is asked to configure an interrupt that is no vLPI
(docs/facts/races.md#34a; 05b9405f2fa1, 6.16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiTables)
class VlpiForwardingRace(LpiTables):
    """The host's vLPI is configured after irq_lock was dropped, from what was read before."""

    async def configured_unlock(self, irq: Irq) -> None:
        host_irq = irq.host_irq
        await irq.queue_irq_unlock()
        if host_irq is not None:
            await host_irq.prop_update_vlpi()


LAYERS = (VlpiForwardingRace,)

BUG = Bug(
    id="vlpi-forwarding-race",
    layers=LAYERS,
    kinds=("map", "data-race"),
    scenario="forwarded-inv-vs-off",
    commit="05b9405f2fa1",
    doc=__doc__,
)
