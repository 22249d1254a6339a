"""retarget-strands: a pending interrupt that gets another target stays with a vCPU that does not run.

MOVI, MOVALL, MAPC, MAPTI and GICD_IROUTER store a new target and kick no vCPU. The interrupt moves when the vCPU that
lists it next leaves its guest. An interrupt that is due only after that change is queued nowhere: it is on a list
already, and the kick goes to the new target. Until the old vCPU runs, the new target sleeps, and reads nothing pending
(found by the rule `queued-elsewhere`, then asked of 6.1.0-57, 6.12.117 and 7.3.4, which all do it;
docs/facts/interrupts.md#7, the table of kicks). The base hands the interrupt over when its target changes, if it is due
then. What is due only after that change still waits for its old vCPU, on the base too: the rule says so. No commit is
known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.irq import Irq
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(Irq)
class RetargetStrands(Irq):
    """An interrupt is not moved to its new vCPU's list when its target changes."""

    def misplaced(self) -> tuple[Vcpu, Vcpu] | None:
        return None


LAYERS = (RetargetStrands,)

BUG = Bug(
    id="retarget-strands",
    layers=LAYERS,
    kinds=("lost-interrupt", "expectation"),
    scenario="movi-vs-sleeper",
    doc=__doc__,
)
