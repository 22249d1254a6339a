"""missed-kick-requestless: a task that queues an interrupt kicks the vCPU but makes no request.

A vCPU about to enter the guest has flushed its list, and is not in guest mode yet. The kick has no
effect; then the vCPU enters with list registers that lack the interrupt, and nothing makes it leave
the guest (docs/facts/races.md#12; 325f9c649c8a, 4.13).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import late_guest_mode
from aiovgic.model.vcpu_state import VcpuState
from aiovgic.sync import replaces


@replaces(VcpuState)
class MissedKickRequestless(VcpuState):
    """Queueing an interrupt kicks the vCPU, and sets no request."""

    async def make_request_irq_pending(self) -> None:
        pass


LAYERS = (*late_guest_mode.LAYERS, MissedKickRequestless)

BUG = Bug(
    id="missed-kick-requestless",
    layers=LAYERS,
    kinds=("lost-wakeup", "lost-interrupt", "expectation"),
    doc=__doc__,
    scenario="line-vs-entry",
    commit="325f9c649c8a",
)
