"""propbase-torn: of two halves of PROPBASER that two vCPUs write, one is lost.

The register has 64 bits, and a guest may write them in halves. Read, merge and write in three steps: who read
before the other wrote puts the old half back (docs/facts/races.md#variants; 0aa1de57319c, 4.8).
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
    """Nobody looks whether it has changed meanwhile."""

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
