"""What if an irqfd could go while a worker has yet to inject for it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irqfd import Irqfds
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irqfd import EventFd


@replaces(Irqfds)
class DeassignWithoutFlush(Irqfds):
    """Deassigning does not wait for the worker."""

    async def flush(self, eventfd: EventFd) -> None:
        pass


LAYERS = (DeassignWithoutFlush,)
