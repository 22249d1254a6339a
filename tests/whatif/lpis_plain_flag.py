"""What if EnableLPIs were a plain flag, that everybody acts on who has seen it change?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.lpi import LpiCtlr
from aiovgic.model.redist import Redist
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Redist)
class LpisPlainFlag(Redist):
    """Look, store, act."""

    async def enable_lpis(self) -> None:
        was = await self.vcpu.lpi_ctlr.load()
        await self.vcpu.lpi_ctlr.store(LpiCtlr.ENABLE_LPIS)
        if was is LpiCtlr.DISABLED:
            await self.vm.lpi_control.enable_lpis(self.vcpu)

    async def disable_lpis(self, running: Vcpu | None) -> None:
        was = await self.vcpu.lpi_ctlr.load()
        await self.vcpu.lpi_ctlr.store(LpiCtlr.DISABLED)
        if was is LpiCtlr.ENABLE_LPIS:
            await self.vm.lpi_control.flush_pending_lpis(self.vcpu)
            await self.vm.lpi_control.invalidate_all_caches()


LAYERS = (LpisPlainFlag,)
