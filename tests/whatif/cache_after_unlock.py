"""What if a translation were cached after its_lock is dropped?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.commands import ItsError
from aiovgic.model.its.its import Its
from aiovgic.model.its.msi import MsiInjection
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Msi


@replaces(Its)
class CacheNothingYet(Its):
    """Resolving leaves the cache alone."""

    async def cache_translation(self, device_id: int, event_id: int, irq: Irq) -> None:
        pass


@replaces(MsiInjection)
class CacheAfterUnlock(MsiInjection):
    """First out of the lock, then into the cache."""

    async def inject_msi(self, msi: Msi) -> int:
        if await self.inject_cached_translation(msi):
            return 1
        its = await self.msi_to_its(msi)
        async with its.its_lock:
            irq = await its.resolve_lpi(msi.devid, msi.data)
            if isinstance(irq, ItsError):
                return 0
            await self.vm.get_irq_ref(irq)
            await self.vm.lpi_control.set_pending(irq)
        key = await its.cache_key(msi.devid, msi.data)
        if key is not None:
            await its.cache.insert(key, irq)
        await self.vm.put_irq(irq)
        return 1


LAYERS = (CacheNothingYet, CacheAfterUnlock)
