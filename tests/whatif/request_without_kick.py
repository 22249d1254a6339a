"""What if KVM asked a vCPU to look at its list, and did not kick it out of its guest?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irq import Irq
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Irq)
class RequestWithoutKick(Irq):
    """The vCPU sees the request when it leaves its guest for another reason."""

    async def notify(self, vcpu: Vcpu) -> None:
        await vcpu.make_request_irq_pending()


LAYERS = (RequestWithoutKick,)
