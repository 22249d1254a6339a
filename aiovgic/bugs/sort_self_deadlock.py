"""sort-self-deadlock: a list is sorted by a comparison that locks one interrupt twice.

list_sort may compare an element with itself while it merges a long tail, only so that its caller can call
cond_resched. A comparison that takes both locks waits for itself (docs/facts/races.md#variants; d4a8061a7c5f,
5.3). Here every second element of a tail counts as long, so that a few interrupts will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.ap_list import ApList
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq


@replaces(ApList)
class SortSelfDeadlock(ApList):
    """The comparison takes both locks, also of one interrupt."""

    SORT_CALLBACK: ClassVar[int] = 2

    def is_same(self, a: Irq, b: Irq) -> bool:
        return False


LAYERS = (SortSelfDeadlock,)

BUG = Bug(
    id="sort-self-deadlock",
    layers=LAYERS,
    kinds=("deadlock", "lock-order"),
    scenario="sort-vs-lines",
    commit="d4a8061a7c5f",
    doc=__doc__,
)
