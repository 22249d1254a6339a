"""read-pending-unlocked: ISPENDR is read without irq_lock.

Whether an interrupt is pending depends on latch, line and trigger together. A read that takes no irq_lock may see one
of them before an injection and another one after it (docs/facts/races.md#26; 62b06f8f429c, 4.17).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.mmio import Access


@replaces(IrqBanks)
class ReadPendingUnlocked(IrqBanks):
    """Every interrupt is read without its lock."""

    async def read_pending(self, at: Access) -> int:
        return sum(irq.is_pending() << i for i, irq in self.irqs(at, 1))


LAYERS = (ReadPendingUnlocked,)

BUG = Bug(
    id="read-pending-unlocked",
    layers=LAYERS,
    kinds=("data-race",),
    scenario="pending-vs-line",
    commit="62b06f8f429c",
    doc=__doc__,
)
