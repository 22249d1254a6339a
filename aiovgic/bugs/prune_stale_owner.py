"""prune-stale-owner: an LPI that was flushed from a list is moved from that list to another.

A vCPU that leaves the guest finds an LPI that belongs elsewhere, drops its locks, takes both lists'
locks, and asks again only where the LPI goes. Another vCPU that turns LPIs off flushes the list in
between: the LPI is taken off a list it is not on, and the list it is put on holds no reference
(docs/facts/races.md#1; CVE-2026-72289, 0074b82cdfcb; Linux 4.7 to 7.1.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import flush_unstopped
from aiovgic.model.ap_list import ApList
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vcpu import Vcpu


@replaces(ApList)
class PruneStaleOwner(ApList):
    """It is not checked whether the interrupt is still on this list."""

    def still_migrates(self, irq: Irq, target: Vcpu) -> bool:
        return irq.target_oracle() is target


LAYERS = (*flush_unstopped.LAYERS, PruneStaleOwner)

BUG = Bug(
    id="prune-stale-owner",
    layers=LAYERS,
    kinds=("list", "refcount", "use-after-free"),
    doc=__doc__,
    scenario="prune-vs-flush",
    commit="0074b82cdfcb",
    cve="CVE-2026-72289",
)
