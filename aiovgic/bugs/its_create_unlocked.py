"""its-create-unlocked: neither INIT nor the creation of an ITS allocates the vPEs of a GICv4 host.

INIT allocates them if there is an ITS, and the creation of an ITS does if INIT is done. An ITS that is created
without config_lock tests for INIT before INIT is done, and INIT tests for ITSes before this one is added: then
there are no vPEs. If each sees the other, there may be two tables of vPEs (docs/facts/races.md#40;
9cf2f840c439, 6.4).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.create import Creation


@replaces(Creation)
class ItsCreateUnlocked(Creation):
    """The vPEs are allocated before config_lock is taken."""

    async def make_its(self, name: str) -> Its:
        its = await super().make_its(name)
        if await self.vm.dist.vgic_initialized():
            await self.vm.forwarding.v4_init()
        return its


@replaces(Its)
class ItsSaysNothing(Its):
    """Adding the ITS allocates no vPEs: the earlier step did, if INIT was done."""

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
