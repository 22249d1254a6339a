"""What if the routing table that was in force before were not freed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.routing import Routing
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.routing import Routes


@replaces(Routing)
class RoutesKept(Routing):
    """The new table is published, and the old one forgotten."""

    async def set_routes(self, routes: Routes) -> None:
        async with self.irq_lock:
            await self.publish(routes)
        await self.irq_srcu.synchronize()


LAYERS = (RoutesKept,)
