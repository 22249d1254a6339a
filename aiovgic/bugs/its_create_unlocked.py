"""its-create-unlocked: neither INIT nor the creation of an ITS tells a GICv4 host of the vCPUs.

INIT does it where there is an ITS, and the creation of an ITS does it where there was INIT. An ITS that is
created without config_lock looks for INIT before it is over, and is seen by INIT after it has looked for
ITSes: there are no vPEs. The other way round there may be two tables of them (docs/facts/races.md#40;
9cf2f840c439, 6.4).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.create import Creation


@replaces(Creation)
class ItsCreateUnlocked(Creation):
    """The vPEs come before config_lock is taken."""

    async def make_its(self, name: str) -> Its:
        its = await super().make_its(name)
        if await self.vm.dist.vgic_initialized():
            await self.vm.forwarding.v4_init()
        return its


@replaces(Its)
class ItsSaysNothing(Its):
    """It was done by now."""

    async def v4_init(self) -> None:
        pass


LAYERS = (ItsCreateUnlocked, ItsSaysNothing)

BUG = Bug(
    id="its-create-unlocked",
    layers=LAYERS,
    kinds=("publication", "data-race", "leak"),
    scenario="its-vs-init",
    commit="9cf2f840c439",
    doc=__doc__,
)
