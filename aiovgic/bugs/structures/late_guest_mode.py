"""A vCPU flushes its list into list registers first, and says then that it is in the guest: up to 7.3.

Guest mode is published before requests are checked. So the vCPU sees the request of a task that queues after the flush,
or that task sees guest mode (docs/facts/races.md#12; docs/facts/interrupts.md#7). The exit is as it is today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.guest import Exit, Guest


@replaces(Vcpu)
class LateGuestMode(Vcpu):
    """List registers are loaded before guest mode is published."""

    async def guest_entry(self, guest: Guest) -> Exit | None:
        await self.flush_hwstate()
        await self.enter_guest_mode()
        trap: Exit | None = None
        if not await self.requests.load():
            self.rt.event("enter", self.name)
            trap = await self.run_guest(guest)
            self.rt.event("exit", self.name)
        await self.sync_hwstate()
        return trap


LAYERS = (LateGuestMode,)
