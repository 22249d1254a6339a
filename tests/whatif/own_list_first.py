"""What if a vCPU that hands an interrupt over took its own ap_list_lock first, whatever its id?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.ap_list import ApList
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(ApList)
class OwnListFirst(ApList):
    """Mine, then yours."""

    async def migrate(self, irq: Irq, target: Vcpu) -> bool:
        async with self.ap_list_lock, target.ap_list_lock, irq.irq_lock:
            if not self.still_migrates(irq, target):
                return False
            self.ap_list.remove(irq)
            irq.vcpu = target
            target.ap_list.append(irq)
            return True


LAYERS = (OwnListFirst,)
