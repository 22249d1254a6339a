"""active-read-stale: a read of ISACTIVER does not stop the vCPUs, so it misses what is in list registers.

An interrupt that another vCPU has acknowledged is active in its list register alone. A guest that polls
ISACTIVER until the handler is done goes on too early, or polls forever (
docs/facts/races.md#20; 9a50ebbffa98, 5.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.mmio import Access


@replaces(IrqBanks)
class ActiveReadStale(IrqBanks):
    """A guest's read takes the path of userspace's read, which relies on stopped vCPUs."""

    async def read_active(self, at: Access) -> int:
        return await self.uread_active(at)


LAYERS = (ActiveReadStale,)

BUG = Bug(
    id="active-read-stale",
    layers=LAYERS,
    kinds=("expectation", "lr-edit", "livelock"),
    doc=__doc__,
    scenario="active-vs-handler",
    commit="9a50ebbffa98",
)
