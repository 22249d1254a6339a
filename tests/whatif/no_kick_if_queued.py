"""What if a second edge of an interrupt that is on a list asked no vCPU out (before d42c79701a3e)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irq import Irq
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Irq)
class NoKickIfQueued(Irq):
    """The edge waits until the vCPU leaves its guest for another reason."""

    async def already_placed(self, vcpu: Vcpu | None) -> bool:
        self.irq_lock.release()
        return False


LAYERS = (NoKickIfQueued,)
