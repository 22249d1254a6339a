"""init-not-undone: an INIT that runs out of memory leaves a half initialised vGIC.

The number of SPIs is frozen, and the SPIs are allocated before what comes after them fails. So NR_IRQS answers EBUSY
although INIT failed, and the next INIT overwrites the pointer to the first SPIs, which are not freed (own reading of
the order in docs/facts/uapi.md#8; 6.12.117 has the fault). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class InitNotUndone(VgicInit):
    """What was done before the failure stays."""

    async def undo_init(self, nr_spis: int) -> None:
        pass


LAYERS = (InitNotUndone,)

BUG = Bug(id="init-not-undone", layers=LAYERS, kinds=("leak", "expectation"), scenario="init-again", doc=__doc__)
