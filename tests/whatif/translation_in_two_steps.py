"""What if the host's ITS tested whether there is a vLPI, and looked for the LPI in a second step?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.forwarding import Forwarding
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.host_irq import HostIrq


@replaces(Forwarding)
class TranslationInTwoSteps(Forwarding):
    async def delivers(self, host_irq: HostIrq) -> bool:
        if await host_irq.translate() is None:
            return False
        irq = await self.find_vlpi(host_irq)
        if irq is not None:
            await self.vm.lpi_control.set_pending(irq)
            await self.vm.put_irq(irq)
        return True


LAYERS = (TranslationInTwoSteps,)
