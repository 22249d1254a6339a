"""lpi-vanishes-after-snapshot: an LPI that was unmapped since its INTID was listed is used as a NULL pointer.

A walk over all LPIs lists their INTIDs first, and looks each one up when its turn comes. After a DISCARD in
between nothing is found, which was not tested (docs/facts/races.md#31; 8d3a7dfb801d and 85a71ee9a070, 6.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from typing import TypeGuard

    from aiovgic.model.irq import Irq


@replaces(LpiIndex)
class LpiVanishesAfterSnapshot(LpiIndex):
    """An LPI that was listed is used without a check that it was found."""

    def is_there(self, irq: Irq | None) -> TypeGuard[Irq]:
        return True


LAYERS = (LpiVanishesAfterSnapshot,)

BUG = Bug(
    id="lpi-vanishes-after-snapshot",
    layers=LAYERS,
    kinds=("model-bug",),
    scenario="scan-vs-discard",
    commit="8d3a7dfb801d",
    doc=__doc__,
)
