"""What if an event that cannot be injected at once were not left to a worker?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irqfd import Irqfds
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irqfd import EventFd


@replaces(Irqfds)
class IrqfdWithoutWorker(Irqfds):
    """The fast path is the only one."""

    async def signal(self, eventfd: EventFd) -> None:
        async with eventfd.wqh_lock:
            gsi = eventfd.gsi
            eventfd.count = eventfd.count + 1 if gsi is None else 0
            if gsi is not None:
                await self.vm.routing.set_irq_inatomic(gsi)


LAYERS = (IrqfdWithoutWorker,)
