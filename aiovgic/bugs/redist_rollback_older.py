"""redist-rollback-older: a region that fails takes the frames of an older one off the bus.

Undoing registers goes back over all vCPUs before the one that failed, whichever region their frames are in (
docs/facts/races.md#29; 4dbeadeb6ac4, mended in 6.12.117).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.rd_region import RdRegions
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.rd_region import RdRegion
    from aiovgic.model.vcpu import Vcpu


@replaces(RdRegions)
class RedistRollbackOlder(RdRegions):
    """The frames are unregistered whichever region they are in."""

    async def roll_back(self, vcpus: tuple[Vcpu, ...], region: RdRegion) -> None:
        for vcpu in vcpus:
            await self.vm.bus.unregister(vcpu.rd)


LAYERS = (RedistRollbackOlder,)

BUG = Bug(
    id="redist-rollback-older",
    layers=LAYERS,
    kinds=("expectation",),
    scenario="second-region-without-memory",
    commit="4dbeadeb6ac4",
    doc=__doc__,
)
