"""lpi-enable-toggle: two vCPUs that turn LPIs on and off at once both act on the old state.

GICR_CTLR.EnableLPIs was a plain flag: a task that saw it set and clears it flushes the list; a task that saw it clear
and sets it scans the pending table. If the flush comes last, it drops what the scan has found although LPIs are on
(docs/facts/races.md#21; 94828468a608, 5.19, made it a word that only one task can change).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiCtlr
from aiovgic.model.redist import Redist
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Redist)
class LpiEnableToggle(Redist):
    """Read, then write: each task that saw the other state acts on it."""

    async def enable_lpis(self) -> None:
        was = await self.vcpu.lpi_ctlr.load()
        await self.vcpu.lpi_ctlr.store(LpiCtlr.ENABLE_LPIS)
        if was != LpiCtlr.ENABLE_LPIS:
            await self.vm.lpi_control.enable_lpis(self.vcpu)

    async def disable_lpis(self, running: Vcpu | None) -> None:
        was = await self.vcpu.lpi_ctlr.load()
        await self.vcpu.lpi_ctlr.store(LpiCtlr.DISABLED)
        if was != LpiCtlr.ENABLE_LPIS:
            return
        await self.stop_vm(running)
        await self.vm.lpi_control.flush_pending_lpis(self.vcpu)
        await self.restart_vm(running)
        await self.vm.lpi_control.invalidate_all_caches()


LAYERS = (LpiEnableToggle,)

BUG = Bug(
    id="lpi-enable-toggle",
    layers=LAYERS,
    kinds=("expectation", "lost-interrupt"),
    scenario="on-vs-off",
    commit="94828468a608",
    doc=__doc__,
)
