"""What if an MSI were translated without its_lock?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.commands import ItsError
from aiovgic.model.its.its import Its
from aiovgic.model.its.msi import MsiInjection
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.its import Msi


@replaces(MsiInjection)
class InjectWithoutItsLock(MsiInjection):
    """The long way without the lock."""

    async def inject_msi(self, msi: Msi) -> int:
        if await self.inject_cached_translation(msi):
            return 1
        its = await self.msi_to_its(msi)
        return int(await its.trigger_msi(msi.devid, msi.data) is None)


@replaces(Its)
class ResolveWithoutItsLock(Its):
    """Finds the event, and holds no lock that keeps it mapped."""

    async def resolve_lpi(self, device_id: int, event_id: int) -> Irq | ItsError:
        ite = self.maps.find_ite(device_id, event_id)
        collection = None if ite is None else ite.collection
        if ite is None or collection is None:
            return ItsError.INT_UNMAPPED_INTERRUPT
        vcpu = await self.maps.collection_to_vcpu(collection)
        if vcpu is None or not await vcpu.lpis_enabled():
            return ItsError.INT_UNMAPPED_INTERRUPT
        return ite.lpi()


LAYERS = (InjectWithoutItsLock, ResolveWithoutItsLock)
