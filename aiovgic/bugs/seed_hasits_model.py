"""seed-hasits-model: a GICv2 guest gets LPIs because an ITS was created in its VM.

KVM lets a VMM create an ITS in a VM that has a GICv2, or gets one later. Where only the flag that CREATE
has set is tested, and not the model of the vGIC, MSIs go to that ITS (docs/facts/races.md#2.1, seed-hasits-model). No
commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.dist import Dist
from aiovgic.sync import replaces


@replaces(Dist)
class SeedHasitsModel(Dist):
    """A VM with an ITS has LPIs, whatever the model of its vGIC is."""

    async def has_its(self) -> bool:
        return await self.has_its_flag.load()


LAYERS = (SeedHasitsModel,)

BUG = Bug(id="seed-hasits-model", layers=LAYERS, kinds=("expectation",), scenario="its-with-gicv2", doc=__doc__)
