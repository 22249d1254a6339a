"""its-clear-unlocked: the ITS command CLEAR changes an interrupt without its lock.

CLEAR writes ``pending_latch`` under its_lock alone. A vCPU that folds the same LPI back from a list register holds
irq_lock, and one of the two stores is lost (docs/facts/interrupts.md#8.1 and 9, row 9; still in 6.12.117). No commit
is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiControl)
class ItsClearUnlocked(LpiControl):
    """CLEAR takes no irq_lock."""

    async def clear_pending(self, irq: Irq) -> None:
        irq.pending_latch = False


LAYERS = (ItsClearUnlocked,)

BUG = Bug(
    id="its-clear-unlocked",
    layers=LAYERS,
    kinds=("data-race", "lost-interrupt", "expectation"),
    scenario="clear-vs-fold",
    doc=__doc__,
)
