"""seed-multi-its: MOVALL of one ITS takes back an LPI that a MOVI of another has sent elsewhere.

All ITSes share one space of LPIs, and each has locks of its own. MOVALL lists a vCPU's LPIs, and then moves the
listed LPIs, also if they have another target by then (docs/facts/races.md#2.1, seed-multi-its; 6.1 tests the target
only when it makes the list). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiControl
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(LpiIndex)
class ListsTargeted(LpiIndex):
    """A list of one vCPU's LPIs has those that target it when the list is made."""

    async def intids(self, filter_vcpu: Vcpu | None = None) -> tuple[int, ...]:
        lpis = await self.lpi_xa.items()
        return await self.data_race(
            lambda: tuple([intid for intid, irq in lpis if filter_vcpu in (None, irq.target_vcpu)])
        )


@replaces(LpiControl)
class MovesListed(LpiControl):
    """The target of a listed LPI is not tested again before the LPI is moved."""

    async def move_target(self, irq: Irq, source: Vcpu, target: Vcpu) -> None:
        await self.set_target(irq, target)


LAYERS = (ListsTargeted, MovesListed)

BUG = Bug(id="seed-multi-its", layers=LAYERS, kinds=("map", "expectation"), scenario="movall-vs-movi", doc=__doc__)
