"""redist-frame-stuck: a vCPU whose frame could not be registered never gets one.

It keeps the address that it was to have. When a region is added again, KVM finds it placed and passes over it (
docs/facts/races.md#29; 8a88a46b86ca and 4dbeadeb6ac4, mended in 6.12.117).
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
class RedistFrameStuck(RdRegions):
    """Only the slot is given back."""

    def unclaim_slot(self, vcpu: Vcpu, region: RdRegion) -> None:
        region.give_back(vcpu.rd.rdreg_index)


LAYERS = (RedistFrameStuck,)

BUG = Bug(
    id="redist-frame-stuck",
    layers=LAYERS,
    kinds=("expectation",),
    scenario="region-without-memory",
    commit="8a88a46b86ca",
    doc=__doc__,
)
