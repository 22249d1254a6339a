"""vlpi-lost-by-route: a vLPI is looked for under the event that its route names now.

A task that ends forwarding finds the LPI by the MSI of the route. The guest, or the VMM, has changed that MSI
meanwhile: no LPI is found, and the host goes on injecting the old one (docs/facts/races.md#34d; 05b9405f2fa1
finds it by the host's interrupt, 4bf3693d36af unmaps it when the route changes, 6.16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.forwarding import Forwarding
from aiovgic.model.routing import Routing
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.host_irq import HostIrq
    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Msi
    from aiovgic.model.routing import Routes


@replaces(Forwarding)
class VlpiLostByRoute(Forwarding):
    """The LPI is found by the device and the event of the route."""

    async def find_forwarded(self, host_irq: HostIrq, msi: Msi) -> Irq | None:
        its = await self.its_of(msi)
        if its is None:
            return None
        async with its.its_lock:
            ite = its.maps.find_ite(msi.devid, msi.data)
            if ite is None or ite.irq is None:
                return None
            await self.vm.get_irq_ref(ite.irq)
            return ite.irq


@replaces(Routing)
class RoutesChangeUnseen(Routing):
    """A change of a route does not unmap the vLPI."""

    async def reroute(self, old: Routes, new: Routes) -> None:
        pass


LAYERS = (VlpiLostByRoute, RoutesChangeUnseen)

BUG = Bug(
    id="vlpi-lost-by-route",
    layers=LAYERS,
    kinds=("map",),
    scenario="forwarded-route-vs-off",
    commit="4bf3693d36af",
    doc=__doc__,
)
