"""prune-no-ref: an LPI that is to move to another list is freed while no lock is held.

The list's reference is the last: the event was discarded. A vCPU that leaves the guest finds that the
LPI belongs elsewhere and drops its locks; another vCPU that turns LPIs off flushes the list and drops
that reference; then the first takes irq_lock inside freed memory (docs/facts/races.md#2;
CVE-2026-72288, 7258770e5814; Linux 4.8 to 7.1.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import flush_unstopped
from aiovgic.model.ap_list import ApList
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(ApList)
class PruneNoRef(ApList):
    """Moving an LPI takes no reference: it relies on the reference of the list."""

    async def get_moving(self, irq: Irq) -> None:
        pass

    async def put_moving(self, irq: Irq) -> None:
        pass


LAYERS = (*flush_unstopped.LAYERS, PruneNoRef)

BUG = Bug(
    id="prune-no-ref",
    layers=LAYERS,
    kinds=("use-after-free", "refcount"),
    doc=__doc__,
    scenario="prune-vs-last-put",
    commit="7258770e5814",
    cve="CVE-2026-72288",
)
