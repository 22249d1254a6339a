"""What if an irqfd that is armed did not look at what was written to its eventfd before?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irqfd import Irqfds
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irqfd import EventFd


@replaces(Irqfds)
class AssignWithoutLook(Irqfds):
    """From now on it will be woken."""

    async def assign(self, eventfd: EventFd, gsi: int) -> None:
        await self.check_initialized()
        async with eventfd.wqh_lock:
            eventfd.gsi = gsi


LAYERS = (AssignWithoutLook,)
