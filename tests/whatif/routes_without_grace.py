"""What if the old routing table were freed as soon as the new one is in force?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.routing import Routing
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.routing import Routes


@replaces(Routing)
class RoutesWithoutGrace(Routing):
    """The old table is freed without waiting for its readers."""

    async def set_routes(self, routes: Routes) -> None:
        async with self.irq_lock:
            old = await self.publish(routes)
        old.free()


LAYERS = (RoutesWithoutGrace,)
