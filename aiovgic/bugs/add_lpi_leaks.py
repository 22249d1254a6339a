"""add-lpi-leaks: an LPI whose configuration cannot be read is never freed.

MAPTI puts a new LPI into the index, then reads its byte of the configuration table. Where that is no memory the
command fails and the event goes, but the LPI's reference is not dropped (docs/facts/races.md#36; 57bdb436ce86, 5.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiControl)
class AddLpiLeaks(LpiControl):
    """A failed command does not drop the LPI's reference."""

    async def undo_add(self, irq: Irq) -> None:
        pass


LAYERS = (AddLpiLeaks,)

BUG = Bug(
    id="add-lpi-leaks",
    layers=LAYERS,
    kinds=("refcount", "leak"),
    scenario="mapti-unreadable",
    commit="57bdb436ce86",
    doc=__doc__,
)
