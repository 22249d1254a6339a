"""vgic-lock-vs-isr: an LPI is moved under its irq_lock with interrupts on.

The host's timer interrupt comes on the CPU that holds irq_lock and injects: it waits for that lock, or for an
ap_list_lock whose holder waits for it, and the interrupted task never goes on (docs/facts/races.md#26; update_affinity
until 388d4359680b, 4.17).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(LpiControl)
class VgicLockVsIsr(LpiControl):
    """irq_lock is taken with interrupts on (spin_lock)."""

    async def set_target(self, irq: Irq, vcpu: Vcpu | None) -> None:
        await irq.irq_lock.acquire_plain()
        irq.target_vcpu = vcpu
        irq.irq_lock.release()


LAYERS = (VgicLockVsIsr,)

BUG = Bug(
    id="vgic-lock-vs-isr",
    layers=LAYERS,
    kinds=("lock-order", "deadlock"),
    scenario="commands-vs-isr",
    commit="388d4359680b",
    doc=__doc__,
)
