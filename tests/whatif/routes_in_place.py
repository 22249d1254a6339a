"""What if the routing table were emptied before it is filled again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.routing import Routing
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.routing import Routes, RoutingTable


@replaces(Routing)
class RoutesInPlace(Routing):
    """First the old routes go."""

    async def publish(self, routes: Routes) -> RoutingTable:
        old = await super().publish({})
        empty = await super().publish(routes)
        self.irq_srcu.call(empty.free)
        return old


LAYERS = (RoutesInPlace,)
