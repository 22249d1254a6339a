"""lpi-import-erases: importing a new LPI's pending bit erases what was latched meanwhile.

MAPTI puts a new LPI into the index, then takes its bit out of the pending table. Between the two the LPI can be found
by its INTID, or through another ITS, and made pending; the import stores the table's bit over it, and the interrupt
is lost (docs/facts/interrupts.md#9, row 11; still in 6.12.117). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiTables)
class LpiImportErases(LpiTables):
    """The table's bit counts, whatever was latched."""

    def import_pending(self, irq: Irq, *, pending: bool) -> None:
        irq.pending_latch = pending


LAYERS = (LpiImportErases,)

BUG = Bug(
    id="lpi-import-erases", layers=LAYERS, kinds=("lost-interrupt", "expectation"), scenario="mapti-vs-int", doc=__doc__
)
