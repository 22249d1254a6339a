"""seed-hasits-early: the VM has an ITS before that ITS is made.

CREATE sets has_its before everything else. A vCPU reads GICD_TYPER.LPIS and relies on the rest: MSIs with
device ids, and the reset value of PROPBASER (docs/facts/races.md#2.1; own reading of v7 of July 2016; 6.12 sets both
under config_lock, device ids first). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces


@replaces(Its)
class SeedHasitsEarly(Its):
    """The flag is published before the rest is done."""

    async def announce(self) -> None:
        await self.vm.dist.has_its_flag.store(value=True)
        await super().announce()


LAYERS = (SeedHasitsEarly,)

BUG = Bug(
    id="seed-hasits-early", layers=LAYERS, kinds=("expectation", "publication"), doc=__doc__, scenario="create-vs-msi"
)
