"""wfi-preempt-no-doorbell: a vCPU that is preempted on its way to sleep turns its doorbell off.

A vCPU that waits asks for a doorbell and becomes non-resident. Preempted before it sleeps it is
made resident again, and non-resident without a doorbell when it sleeps at last. An LPI that
comes then is recorded by the hardware, and wakes no vCPU (docs/facts/races.md#15; b321c31c9b7b, 6.5;
a GICv4 host, of which residency and doorbell alone are modelled).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.bugs.structures import vpe
from aiovgic.bugs.structures.vpe import Residency, VpeVcpu
from aiovgic.sync import replaces


@replaces(VpeVcpu)
class WfiPreemptNoDoorbell(VpeVcpu):
    """Nothing records, between preemption and sleep, that this vCPU waits."""

    async def v4_load(self) -> None:
        await self.vpe.store(Residency.RESIDENT)

    def wants_doorbell(self) -> bool:
        return False


LAYERS = (*vpe.LAYERS, WfiPreemptNoDoorbell)

BUG = Bug(
    id="wfi-preempt-no-doorbell",
    layers=LAYERS,
    kinds=("lost-wakeup", "lost-interrupt", "expectation"),
    doc=__doc__,
    scenario="msi-vs-wfi",
    commit="b321c31c9b7b",
)
