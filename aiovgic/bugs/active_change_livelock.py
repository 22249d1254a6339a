"""active-change-livelock: two vCPUs that change active state spin for each other, and neither goes on.

Each write of ISACTIVER or ICACTIVER spins until the vCPU whose list has the interrupt is off its CPU, and lets other
tasks run in each iteration. No lock excludes two writers: where each writes an interrupt on the other vCPU's list, each
spins in its own handler, on its own CPU, until the other is preempted (docs/facts/races.md#19; abd7229626b9, 4.13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.vcpu_state import NO_CPU
from aiovgic.sync import Resched, replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.mmio import Access


@replaces(IrqBanks)
class ActiveChangeLivelock(IrqBanks):
    """No config_lock, and a spin for each interrupt (cond_resched_lock)."""

    async def write_sactive(self, at: Access, value: int) -> None:
        await self.access_active_prepare(at)
        await self.uwrite_sactive(at, value)
        await self.access_active_finish(at)

    async def write_cactive(self, at: Access, value: int) -> None:
        await self.access_active_prepare(at)
        await self.uwrite_cactive(at, value)
        await self.access_active_finish(at)

    async def change_active(self, at: Access, irq: Irq, *, active: bool) -> None:
        while at.running is not None:
            async with irq.irq_lock:
                holder = irq.vcpu
                spins = holder is not None and holder is not at.running and holder.cpu != NO_CPU
            if not spins:
                break
            await Resched()
        await super().change_active(at, irq, active=active)


LAYERS = (ActiveChangeLivelock,)

BUG = Bug(
    id="active-change-livelock",
    layers=LAYERS,
    kinds=("livelock",),
    doc=__doc__,
    scenario="active-vs-active",
    commit="abd7229626b9",
)
