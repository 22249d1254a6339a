"""An ITS whose ADDR only stores an address, as in 2016: a later operation puts the ITS on the bus.

The checks are those of that time, in their order: the end of the region is not looked at
(docs/facts/uapi.md#13, columns A and B).
"""

from __future__ import annotations

import errno

from aiovgic.arch.words import SZ_64K, align_ok
from aiovgic.errors import UapiError
from aiovgic.model.its.user import ItsUser


class StoredAddress(ItsUser):
    """The access to an ITS that is not on the bus when it gets its address."""

    async def set_addr(self, base: int) -> None:
        """Check an address and keep it. Raises E2BIG, EINVAL, EEXIST, in that order."""
        async with self.vm.slots_lock:
            await self.store_addr(base)

    async def store_addr(self, base: int) -> None:
        """Check an address and keep it, under the locks that the caller holds. Raises E2BIG, EINVAL, EEXIST."""
        if base >= 1 << self.vm.ipa_bits:
            raise UapiError(errno.E2BIG, f"{base:#x} is beyond {self.vm.ipa_bits} bits")
        if not align_ok(base, SZ_64K):
            raise UapiError(errno.EINVAL, f"{base:#x} is not aligned to 64 KiB")
        if await self.has_base():
            raise UapiError(errno.EEXIST, f"{self.its.name} has an address already")
        await self.its.vgic_its_base.store(base)
