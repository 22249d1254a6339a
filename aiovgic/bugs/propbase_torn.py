"""propbase-torn: if two vCPUs write one half of PROPBASER each, one write is lost.

The register has 64 bits, and a guest may write them in halves. Read, merge and write are three steps: a vCPU that
read before the other one wrote stores the old half again (docs/facts/races.md#variants; 0aa1de57319c, 4.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.redist import Redist
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.sync import Shared


@replaces(Redist)
class PropbaseTorn(Redist):
    """The register is written without a check that it has not changed meanwhile."""

    async def replace(self, word: Shared[int], old: int, new: int) -> bool:
        await word.store(new)
        return True


LAYERS = (PropbaseTorn,)

BUG = Bug(
    id="propbase-torn",
    layers=LAYERS,
    kinds=("expectation",),
    scenario="propbaser-halves",
    commit="0aa1de57319c",
    doc=__doc__,
)
