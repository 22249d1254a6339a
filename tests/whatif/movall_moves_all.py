"""What if MOVALL moved every LPI of the VM, as Linux 6.18 does (docs/facts/mainline.md#1.2, movall)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(LpiControl)
class MovallMovesAll(LpiControl):
    """The source plays no part."""

    async def move_target(self, irq: Irq, source: Vcpu, target: Vcpu) -> None:
        await self.set_target(irq, target)


LAYERS = (MovallMovesAll,)
