"""lpi-xa-lock-order: the lock of the LPI index is held with interrupts on.

A host interrupt that injects an MSI may drop an LPI's last reference, and takes that lock to erase it. On the CPU of a
task that holds the lock this is a deadlock. So is dropping the last reference under an ap_list_lock, which handlers
take as well (docs/facts/races.md#25; d54594accf73, 6.17; 75360a9a3385, 6.18).
"""

from __future__ import annotations

from typing import ClassVar

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.lpi_index import LpiIndex
from aiovgic.sync import replaces


@replaces(LpiIndex)
class LpiXaLockOrder(LpiIndex):
    """The lock leaves interrupts on (spin_lock)."""

    IRQSAVE: ClassVar[bool] = False


LAYERS = (LpiXaLockOrder,)

BUG = Bug(
    id="lpi-xa-lock-order",
    layers=LAYERS,
    kinds=("lock-order", "deadlock"),
    scenario="commands-vs-isr",
    commit="75360a9a3385",
    doc=__doc__,
)
