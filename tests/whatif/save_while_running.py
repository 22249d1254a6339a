"""What if SAVE_PENDING_TABLES did not take every vCPU's mutex?"""

from __future__ import annotations

from aiovgic.sync import replaces
from aiovgic.uapi.vgic_v3 import VgicV3Device


@replaces(VgicV3Device)
class SaveWhileRunning(VgicV3Device):
    """kvm->lock and config_lock will do."""

    async def save_pending_tables(self) -> None:
        async with self.vm.kvm_lock, self.vm.config_lock:
            await self.vm.lpi_tables.save_pending_tables()


LAYERS = (SaveWhileRunning,)
