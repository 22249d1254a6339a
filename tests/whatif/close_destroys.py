"""What if closing the descriptor of an ITS destroyed it?"""

from __future__ import annotations

from aiovgic.sync import replaces
from aiovgic.uapi.its_device import ItsDevice


@replaces(ItsDevice)
class CloseDestroys(ItsDevice):
    """Takes it off the bus, waits for those who look it up there, and frees it."""

    async def release(self) -> None:
        async with self.vm.slots_lock:
            await self.vm.bus.unregister(self.its)
        async with self.its.its_lock:
            await self.its.forget_all()
        await self.vm.devices.update(lambda now: tuple([its for its in now if its is not self.its]))
        self.its.free()


LAYERS = (CloseDestroys,)
