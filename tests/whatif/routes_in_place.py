"""What if the routing table were emptied before it is filled again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.inject import Routing, no_routes
from aiovgic.sync import RELEASE, replaces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.model.inject import Pin
    from aiovgic.model.its import Msi


@replaces(Routing)
class RoutesInPlace(Routing):
    """First the old routes go."""

    async def set_routes(self, routes: Mapping[int, Pin | Msi]) -> None:
        async with self.irq_lock:
            await self.routes.store(no_routes(), RELEASE)
            await self.routes.store(routes, RELEASE)


LAYERS = (RoutesInPlace,)
