"""What if a vCPU that hands an interrupt over did not kick the one that gets it?"""

from __future__ import annotations

from aiovgic.model.ap_list import ApList
from aiovgic.sync import replaces


@replaces(ApList)
class MigrateWithoutKick(ApList):
    """The other vCPU finds it when it comes round."""

    async def prune_ap_list(self) -> None:
        while True:
            unlisted, moving = await self.prune_scan()
            for irq in unlisted:
                await self.vm.put_irq(irq)
            if moving is None:
                return
            irq, target = moving
            await self.migrate(irq, target)
            await self.vm.put_irq(irq)


LAYERS = (MigrateWithoutKick,)
