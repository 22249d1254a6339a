"""active-change-livelock: who changes active state waits for one vCPU, which may wait for him.

Each write of ISACTIVER or ICACTIVER waits until the vCPU whose list has the interrupt is off its CPU.
Nothing keeps two writers apart: where each writes about an interrupt on the other's list, each spins in its
own handler until the other is preempted (facts: races.md 19; abd7229626b9, 4.13). Here they wait for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.vcpu import Vcpu
from aiovgic.model.vcpu_state import NO_CPU
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.mmio import Access


@replaces(IrqBanks)
class ActiveChangeLivelock(IrqBanks):
    """No config_lock, and a wait for each interrupt."""

    async def write_sactive(self, at: Access, value: int) -> None:
        await self.access_active_prepare(at)
        await self.uwrite_sactive(at, value)
        await self.access_active_finish(at)

    async def write_cactive(self, at: Access, value: int) -> None:
        await self.access_active_prepare(at)
        await self.uwrite_cactive(at, value)
        await self.access_active_finish(at)

    async def change_active(self, at: Access, irq: Irq, *, active: bool) -> None:
        async def is_off() -> bool:
            return await self.data_race(lambda: irq.vcpu in (None, at.running) or holder.cpu == NO_CPU)

        while at.running is not None:
            async with irq.irq_lock:
                listed = irq.vcpu
            if listed is None:
                break
            holder = listed
            if await is_off():
                break
            await holder.exited.wait(is_off)
        await super().change_active(at, irq, active=active)


@replaces(Vcpu)
class TellsWhoWaits(Vcpu):
    """Who waits for a vCPU to be off its CPU hears of it."""

    def vcpu_put(self) -> None:
        super().vcpu_put()
        self.exited.wake()


LAYERS = (ActiveChangeLivelock, TellsWhoWaits)

BUG = Bug(
    id="active-change-livelock",
    layers=LAYERS,
    kinds=("livelock", "deadlock", "lr-edit"),
    doc=__doc__,
    scenario="active-vs-active",
    commit="abd7229626b9",
)
