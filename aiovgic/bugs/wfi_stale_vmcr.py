"""wfi-stale-vmcr: a vCPU decides to sleep by an old copy of its interface, and misses an interrupt.

A guest changes its priority mask and waits. The mask is in the hardware until the vCPU is scheduled out,
but the vCPU decides to block before that, by the copy in memory: an interrupt that has just
come counts as masked, its wake-up came before the sleep, and no other one comes (
docs/facts/races.md#14; 5eeaf10eec39, 5.3; since 4.12).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import replaces


@replaces(Vcpu)
class WfiStaleVmcr(Vcpu):
    """The copy in memory is not updated before the vCPU decides to sleep."""

    async def blocking(self) -> None:
        pass


LAYERS = (WfiStaleVmcr,)

BUG = Bug(
    id="wfi-stale-vmcr",
    layers=LAYERS,
    kinds=("lost-wakeup", "lost-interrupt", "expectation"),
    doc=__doc__,
    scenario="line-vs-unmask-and-wfi",
    commit="5eeaf10eec39",
)
