"""lpi-evicted-leaks: a dead LPI that makes room for a new one of its number is never freed.

Dropping the last reference only leaves the LPI dead in the index, for a later sweep. MAPTI of the same
INTID stores a new LPI over it before that: the sweep frees only dead LPIs that are in the index, and the old one
is no longer there (docs/facts/races.md#4, the leak twin; CVE-2026-74568, 292e80a159aa and cbfe2b24a1ea).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import deferred_release
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiIndex)
class LpiEvictedLeaks(LpiIndex):
    """A new LPI replaces a dead one in the index, and the dead one is not freed."""

    async def find_living(self, intid: int) -> Irq | None:
        old = await self.lpi_xa.load(intid)
        return old if old is not None and await self.try_get(old) else None


LAYERS = (*deferred_release.LAYERS, LpiEvictedLeaks)

BUG = Bug(
    id="lpi-evicted-leaks",
    layers=LAYERS,
    kinds=("leak",),
    doc=__doc__,
    scenario="mapti-vs-release",
    commit="292e80a159aa",
    cve="CVE-2026-74568",
)
