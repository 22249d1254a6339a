"""What if the routing table were replaced without kvm->irq_lock?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.routing import Routing
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.routing import Routes


@replaces(Routing)
class RoutesWithoutLock(Routing):
    """Each task that replaces a table frees the table that it saw."""

    async def set_routes(self, routes: Routes) -> None:
        old = await self.publish(routes)
        await self.irq_srcu.synchronize()
        old.free()


LAYERS = (RoutesWithoutLock,)
