"""redist-region-dangling: a region that could not be used is freed, and vCPUs still point into it.

Adding a region gives frames to all vCPUs. Where one cannot be registered the frames of the others go, and then the
region; the vCPUs' pointers to it stay, and GICR_TYPER reads what was freed (docs/facts/races.md#29; CVE-2024-40989,
0d92e4a7ffd5, 6.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.model.rd_region import RdRegions
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.rd_region import RdRegion
    from aiovgic.model.vcpu import Vcpu


@replaces(RdRegions)
class RedistRegionDangling(RdRegions):
    """The address is forgotten, the region is not."""

    def forget(self, vcpu: Vcpu) -> None:
        vcpu.rd.base_addr = VGIC_ADDR_UNDEF

    async def free_redist_region(self, region: RdRegion) -> None:
        self.vm.config_lock.assert_held()
        self.vm.dist.rd_regions.remove(region)
        region.free()


LAYERS = (RedistRegionDangling,)

BUG = Bug(
    id="redist-region-dangling",
    layers=LAYERS,
    kinds=("use-after-free",),
    scenario="region-without-memory",
    commit="0d92e4a7ffd5",
    cve="CVE-2024-40989",
    doc=__doc__,
)
