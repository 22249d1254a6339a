"""What if the bus were changed without slots_lock?"""

from __future__ import annotations

from aiovgic.arch import gits
from aiovgic.model.bus import Bus, IoDevice, Range
from aiovgic.model.its.user import ItsUser
from aiovgic.sync import RELEASE, replaces


@replaces(ItsUser)
class AddrWithoutSlotsLock(ItsUser):
    """Takes the address, and registers."""

    async def register_its_iodev(self, base: int) -> None:
        await self.its.vgic_its_base.store(base)
        await self.vm.bus.register(base, gits.KVM_VGIC_V3_ITS_SIZE, self.its)


@replaces(Bus)
class RegisterWithoutSlotsLock(Bus):
    """Copies the table, and publishes the copy."""

    async def register(self, base: int, length: int, device: IoDevice) -> None:
        now = await self.ranges.load()
        await self.ranges.store(self.inserted(now, Range(base, length, device)), RELEASE)


LAYERS = (AddrWithoutSlotsLock, RegisterWithoutSlotsLock)
