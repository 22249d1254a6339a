"""ready-though-failed: a first run that cannot register the distributor leaves the vGIC ready.

Ready is stored before the bus is touched, and nothing takes it back where the bus has no room or no
memory. The run fails, and every later one goes on without a distributor: its accesses leave to userspace
(docs/facts/races.md#9, the twin; 78a005555500, 6.12, and df5fd75ee305, since when such a VM is dead).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.ready_before_iodev import ReadyBeforeIodev
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class ReadyThoughFailed(VgicInit):
    """A VM whose first run failed may run again."""

    async def map_resources(self) -> None:
        if await self.vm.dist.ready.load():
            return
        async with self.vm.slots_lock:
            await self.map_resources_locked()


LAYERS = (ReadyBeforeIodev, ReadyThoughFailed)

BUG = Bug(
    id="ready-though-failed",
    layers=LAYERS,
    kinds=("expectation", "publication"),
    doc=__doc__,
    scenario="first-runs-without-memory",
    commit="78a005555500",
)
