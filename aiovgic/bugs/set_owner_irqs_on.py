"""set-owner-irqs-on: the timer claims its interrupt under irq_lock with interrupts on.

The first run of a vCPU makes the timers the owners of their PPIs. A host interrupt on that CPU that injects
one of them waits for the lock that the interrupted task holds (docs/facts/races.md#26; kvm_vgic_set_owner until
7465894e90e5, 4.15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(Vcpu)
class SetOwnerIrqsOn(Vcpu):
    """irq_lock is taken with interrupts on (spin_lock)."""

    async def set_owner(self, irq: Irq, owner: object) -> None:
        await irq.irq_lock.acquire_plain()
        irq.owner = owner
        irq.line_level = False
        irq.irq_lock.release()


LAYERS = (SetOwnerIrqsOn,)

BUG = Bug(
    id="set-owner-irqs-on",
    layers=LAYERS,
    kinds=("lock-order", "deadlock"),
    scenario="first-runs",
    commit="7465894e90e5",
    doc=__doc__,
)
