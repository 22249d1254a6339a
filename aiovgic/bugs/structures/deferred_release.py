"""An LPI that lost its last reference stays in the index until a sweep takes it out: Linux 6.17 to 7.1.

References are dropped under raw locks, where the index's lock may not be taken. So dropping the last one and
erasing are two steps, and the task that puts a new LPI in the place of a dead one frees that (
docs/facts/races.md#4, deferred variant).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.lpi_index import LpiIndex
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiIndex)
class DeferredRelease(LpiIndex):
    """A dead LPI has a count of zero and is still in the index."""

    async def put(self, irq: Irq) -> None:
        """Drop a reference; after the last one the index is swept (vgic_release_deleted_lpis)."""
        if not await irq.refcount.put():
            return
        async with self.lpi_xa_lock:
            for intid, each in await self.lpi_xa.items():
                if each.refcount.count == 0:
                    await self.lpi_xa.erase(intid)
                    self.vm.rcu.call(each.free)

    async def find_living(self, intid: int) -> Irq | None:
        """The LPI with this INTID, with a reference. A dead LPI is taken out of the index and freed."""
        self.lpi_xa_lock.assert_held()
        old = await self.lpi_xa.load(intid)
        if old is None or await self.try_get(old):
            return old
        await self.lpi_xa.erase(intid)
        self.vm.rcu.call(old.free)
        return None


LAYERS = (DeferredRelease,)
