"""What if a vCPU were asked out before the interrupt is on its list?"""

from __future__ import annotations

from aiovgic.model.irq import Irq
from aiovgic.sync import replaces


@replaces(Irq)
class KickBeforeQueue(Irq):
    """The vCPU may look at its list, and be back in its guest, before the interrupt is there."""

    async def queue_irq_unlock(self) -> bool:
        while True:
            vcpu = self.target_oracle()
            if self.vcpu is not None or vcpu is None:
                return await self.already_placed(vcpu)
            self.irq_lock.release()
            await self.notify(vcpu)
            await vcpu.ap_list_lock.acquire()
            await self.irq_lock.acquire()
            if self.still_belongs(vcpu):
                break
            self.irq_lock.release()
            vcpu.ap_list_lock.release()
            await self.irq_lock.acquire()
        await self.put_on_list(vcpu)
        self.irq_lock.release()
        vcpu.ap_list_lock.release()
        return True


LAYERS = (KickBeforeQueue,)
