"""GICR_CTLR flushes the list of a vCPU that runs, and leaves the latches: Linux 4.7 to 7.1.

A flushed LPI is enabled and pending still, and has its target; only that it is on no list says that it was flushed
(docs/facts/races.md#1 and #2). That the VM is not stopped is a fault of its own (docs/facts/races.md#22); only with
it can a list be flushed while its vCPU leaves the guest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.disable_lpis_running import DisableLpisRunning
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(LpiControl)
class FlushKeepsLatch(LpiControl):
    """A flushed LPI stays pending, and unqueued: turning LPIs off may lose it."""

    def lose_pending(self, irq: Irq) -> None:
        """Keep the latch."""


LAYERS = (DisableLpisRunning, FlushKeepsLatch)
