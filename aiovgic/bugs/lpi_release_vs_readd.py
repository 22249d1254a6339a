"""lpi-release-vs-readd: dropping an LPI's last reference and erasing it are two steps.

The count is zero while the LPI is still in the index. MAPTI of the same INTID finds it dying and
puts a new one in its place; then the task that dropped the last reference erases by INTID, and the
new LPI is gone from the index while its event holds it (docs/facts/races.md#4; CVE-2026-74568;
docs/facts/interrupts.md#9, row 12: 6.12.117 has the fault).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiIndex)
class LpiReleaseVsReadd(LpiIndex):
    """The count drops first, the lock is taken afterwards."""

    async def put_and_lock(self, irq: Irq) -> bool:
        if not await irq.refcount.put():
            return False
        await self.lpi_xa_lock.acquire()
        return True


LAYERS = (LpiReleaseVsReadd,)

BUG = Bug(
    id="lpi-release-vs-readd",
    layers=LAYERS,
    kinds=("map", "lost-interrupt", "leak", "use-after-free", "expectation"),
    scenario="mapti-vs-release",
    doc=__doc__,
    commit="292e80a159aa",
    cve="CVE-2026-74568",
)
