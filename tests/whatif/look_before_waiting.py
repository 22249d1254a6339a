"""What if a vCPU looked for interrupts before it joins the queue, and not after?"""

from __future__ import annotations

from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import replaces


@replaces(Vcpu)
class LookBeforeWaiting(Vcpu):
    """The first look decides until the vCPU is woken."""

    async def halt(self) -> None:
        looked = [await self.is_runnable()]

        async def runnable() -> bool:
            return looked.pop() if looked else await self.is_runnable()

        await self.wait.wait(runnable, idle=True, killable=True)


LAYERS = (LookBeforeWaiting,)
