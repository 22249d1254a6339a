"""read-pending-unlocked: ISPENDR is read without the lock of what it reads.

Whether an interrupt is pending is latch, line and trigger together. A read that takes no irq_lock may see one of
before and one of after an injection (docs/facts/races.md#26; 62b06f8f429c, 4.17).
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
    """Every interrupt is looked at as it is."""

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
