"""What if the routing table were replaced without kvm->irq_lock?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.routing import Routing
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.routing import Routes


@replaces(Routing)
class RoutesWithoutLock(Routing):
    """Whoever saw the old table frees it."""

    async def set_routes(self, routes: Routes) -> None:
        old = await self.publish(routes)
        await self.irq_srcu.synchronize()
        old.free()


LAYERS = (RoutesWithoutLock,)
