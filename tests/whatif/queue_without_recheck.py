"""What if queue_irq_unlock did not look again once it holds both locks?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.irq import Irq
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Irq)
class QueueWithoutRecheck(Irq):
    """Where it belonged before the locks were dropped, it belongs."""

    def still_belongs(self, vcpu: Vcpu) -> bool:
        return True


LAYERS = (QueueWithoutRecheck,)
