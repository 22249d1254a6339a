"""What if a write to an eventfd dropped wqh.lock between asking who waits and counting the event?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irqfd import Irqfds
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irqfd import EventFd


@replaces(Irqfds)
class SignalDropsLock(Irqfds):
    """Looks for a waiter and counts the event under the lock, but drops the lock in between."""

    async def signal(self, eventfd: EventFd) -> None:
        async with eventfd.wqh_lock:
            gsi = eventfd.gsi
        if gsi is not None:
            await self.inject(gsi)
            return
        async with eventfd.wqh_lock:
            eventfd.count = eventfd.count + 1


LAYERS = (SignalDropsLock,)
