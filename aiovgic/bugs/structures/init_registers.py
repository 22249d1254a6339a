"""CTRL_INIT puts an ITS on the bus: v7 of the patch that introduced the device (July 2016).

Here as it was meant: an address comes first, INIT counts once, and both are under slots_lock
(docs/facts/uapi.md#13, column A).
"""

from __future__ import annotations

import errno

from aiovgic.arch.gits import KVM_VGIC_V3_ITS_SIZE
from aiovgic.bugs.structures.stored_address import StoredAddress
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.create import Creation


class InitRegisters(Its):
    """An ITS that INIT registers."""

    USER = StoredAddress

    async def ctrl_init(self) -> None:
        """Put the ITS on the bus at its address. Raises ENXIO without one, ENOSPC."""
        async with self.vm.slots_lock:
            await self.register_at(await self.vgic_its_base.load())

    async def register_at(self, base: int) -> None:
        """Go on the bus, unless it is there; slots_lock held."""
        if not self.is_address(base):
            raise UapiError(errno.ENXIO, f"{self.name} has no address")
        if not await self.is_registered():
            await self.vm.bus.register(base, self.region_size(), self)

    def is_address(self, base: int) -> bool:
        """Whether the base was set."""
        return base != VGIC_ADDR_UNDEF

    async def is_registered(self) -> bool:
        """Whether an INIT came before."""
        return any(here.device is self for here in await self.vm.bus.ranges.load())

    def region_size(self) -> int:
        """How much it answers: both its frames."""
        return KVM_VGIC_V3_ITS_SIZE


@replaces(Creation)
class MakesInitRegisters(Creation):
    """Every ITS is one of these."""

    async def make_its(self, name: str) -> Its:
        return await self.faults.make(InitRegisters, name, self.vm)


LAYERS = (MakesInitRegisters,)
