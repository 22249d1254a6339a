"""redist-slot-lost: a vCPU that could not be created takes a redistributor slot with it.

The frame is registered before KVM_CREATE_VCPU finds the id taken, or no memory for the rest. The failure path takes
the frame off the bus but does not free its slot: the next vCPU gets the one after it, and a counted region fills up
(docs/facts/uapi.md#3, step 6; 6.12.117 has the fault). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.rd_region import RdRegions
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(RdRegions)
class RedistSlotLost(RdRegions):
    """A slot is never freed."""

    def free_slot_of(self, vcpu: Vcpu) -> None:
        pass


LAYERS = (RedistSlotLost,)

BUG = Bug(id="redist-slot-lost", layers=LAYERS, kinds=("expectation",), scenario="vcpu-again", doc=__doc__)
