"""seed-hasits-model: a GICv2 guest has an ITS, because its VM was given one.

Nothing stops a VMM from creating an ITS in a VM that has a GICv2, or gets one later. Where only the flag that CREATE
has set is asked, and not the model of the vGIC, MSIs go to that ITS (docs/facts/races.md#2.1, seed-hasits-model). No
commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.dist import Dist
from aiovgic.sync import replaces


@replaces(Dist)
class SeedHasitsModel(Dist):
    """Whoever has an ITS has LPIs."""

    async def has_its(self) -> bool:
        return await self.has_its_flag.load()


LAYERS = (SeedHasitsModel,)

BUG = Bug(id="seed-hasits-model", layers=LAYERS, kinds=("expectation",), scenario="its-with-gicv2", doc=__doc__)
