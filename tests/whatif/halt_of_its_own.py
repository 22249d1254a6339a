"""What if the VM was halted by code of its own that does not wait for the vCPUs?"""

from __future__ import annotations

from aiovgic.model.vm import Vm
from aiovgic.sync import replaces


@replaces(Vm)
class HaltOfItsOwn(Vm):
    """Both ends of a halt are replaced as a whole."""

    async def halt_guest(self) -> None:
        for vcpu in await self.each_vcpu():
            await vcpu.pause.update(lambda count: count + 1)
            await vcpu.request_sleep()

    async def resume_guest(self) -> None:
        for vcpu in await self.each_vcpu():
            if await vcpu.pause.update(lambda count: count - 1) == 1:
                vcpu.wait.wake()


LAYERS = (HaltOfItsOwn,)
