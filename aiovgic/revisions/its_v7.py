"""The patch that introduced the ITS device (v7, July 2016): its init sequence, over v6.1.

SET_ATTR(ADDR) checks and stores the base without a lock. CTRL_INIT puts the device on the bus
where the base says it is at that moment, whether one was set or not, and nothing remembers
that it was done. The region is 64 KiB, so that the doorbell's page is not covered (facts:
uapi.md section 13, column A; races.md section 2).
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.words import SZ_64K, align_ok
from aiovgic.errors import UapiError
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.constants import Ctrl, Group
from aiovgic.uapi.its_device import ItsDevice

if TYPE_CHECKING:
    from aiovgic.uapi.buffer import UserBuffer


@replaces(Its)
class RegistersAtInit(Its):
    """ADDR stores, INIT registers; neither excludes the other."""

    async def announce(self) -> None:
        """Only that there are LPIs."""
        await self.vm.dist.has_its_flag.store(value=True)

    async def set_addr(self, base: int) -> None:
        """Check an address and keep it, with no lock at all. Raises E2BIG, EINVAL, EEXIST, in that order."""
        if base >= 1 << self.vm.ipa_bits:
            raise UapiError(errno.E2BIG, f"{base:#x} is beyond {self.vm.ipa_bits} bits")
        if not align_ok(base, SZ_64K):
            raise UapiError(errno.EINVAL, f"{base:#x} is not aligned to 64 KiB")
        if await self.has_base():
            raise UapiError(errno.EEXIST, f"{self.name} has an address already")
        await self.vgic_its_base.store(base)

    async def ctrl_init(self) -> None:
        """Put the ITS on the bus, where its base is now. Raises ENOSPC."""
        base = await self.vgic_its_base.load()
        async with self.vm.slots_lock:
            await self.vm.bus.register(base, SZ_64K, self)


@replaces(ItsDevice)
class OnlyAddrAndInit(ItsDevice):
    """ADDR and CTRL_INIT are all there is: no registers, no save and restore, no reset."""

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        if group not in (Group.ADDR, Group.CTRL) or (group == Group.CTRL and attr != Ctrl.INIT):
            raise self.no_such(group, attr)
        await super().set_attr(group, attr, user)

    async def get_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        if group != Group.ADDR:
            raise self.no_such(group, attr)
        await super().get_attr(group, attr, user)

    async def has_attr(self, group: int, attr: int) -> None:
        if group == Group.ITS_REGS or (group == Group.CTRL and attr != Ctrl.INIT):
            raise self.no_such(group, attr)
        await super().has_attr(group, attr)


LAYERS = (RegistersAtInit, OnlyAddrAndInit)
