"""vpe-irqdesc-unlocked: a doorbell is turned off under the handler of the doorbell.

To read what a GICv4 host has recorded, saving pending tables takes the vPEs from the host's ITS, and activates
and deactivates their doorbells. It did so without the lock of the interrupts' descriptors, which the host's
own handlers change (docs/facts/races.md#variants; ef3691683d7b, 6.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.forwarding import Forwarding
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.host_irq import HostIrq


@replaces(Forwarding)
class VpeIrqdescUnlocked(Forwarding):
    """The descriptor is changed as if it were KVM's own."""

    async def activate(self, doorbell: HostIrq, *, activated: bool) -> None:
        doorbell.activated = activated


LAYERS = (VpeIrqdescUnlocked,)

BUG = Bug(
    id="vpe-irqdesc-unlocked",
    layers=LAYERS,
    kinds=("data-race",),
    scenario="save-vs-doorbell",
    commit="ef3691683d7b",
    doc=__doc__,
)
