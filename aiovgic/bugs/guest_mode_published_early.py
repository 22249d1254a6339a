"""guest-mode-published-early: a vCPU says it is outside before its list registers are folded back.

A halt of all vCPUs (by an access of ISACTIVER, say) waits only for those that are not outside. On exit
OUTSIDE_GUEST_MODE was stored before the state was saved; on entry IN_GUEST_MODE was stored after the state had been
loaded. In between the task that halts edits an interrupt, and the fold writes the list register's old state over it
(docs/facts/races.md#17; mended in 6.12.117). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.guest import Exit, Guest


@replaces(Vcpu)
class GuestModePublishedEarly(Vcpu):
    """Guest mode is narrower than the time for which list registers hold state."""

    async def guest_entry(self, guest: Guest) -> Exit | None:
        await self.flush_hwstate()
        await self.enter_guest_mode()
        trap: Exit | None = None
        if not await self.requests.load():
            self.rt.event("enter", self.name)
            trap = await self.run_guest(guest)
            self.rt.event("exit", self.name)
        await self.leave_guest_mode()
        await self.sync_hwstate()
        return trap


LAYERS = (GuestModePublishedEarly,)

BUG = Bug(
    id="guest-mode-published-early",
    layers=LAYERS,
    kinds=("lr-edit", "data-race", "expectation"),
    scenario="icactive-vs-fold",
    doc=__doc__,
)
