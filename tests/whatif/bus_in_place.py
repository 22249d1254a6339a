"""What if the table of the bus were changed in place, and not replaced whole?"""

from __future__ import annotations

from aiovgic.model.bus import Bus, IoDevice, Range
from aiovgic.sync import RELEASE, replaces


@replaces(Bus)
class BusInPlace(Bus):
    """What comes after the new device makes room for it first."""

    async def register(self, base: int, length: int, device: IoDevice) -> None:
        new = Range(base, length, device)
        whole = self.inserted(await self.ranges.load(), new)
        await self.ranges.store(whole[whole.index(new) :], RELEASE)
        await self.ranges.store(whole, RELEASE)


LAYERS = (BusInPlace,)
