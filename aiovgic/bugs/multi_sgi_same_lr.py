"""multi-sgi-same-lr: an SGI that two vCPUs have sent sits in two list registers.

A GICv2 SGI waits once for each of its sources. Filling the list registers took all of them at once, each
with the same number, which the architecture leaves unpredictable (docs/facts/races.md#variants;
16ca6a607d84, 4.16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.vgic_cpu import VgicCpu
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.interface import ListRegister
    from aiovgic.model.irq import Irq


@replaces(VgicCpu)
class MultiSgiSameLr(VgicCpu):
    """A list register for each source, while there is one."""

    def populate(self, lrs: list[ListRegister], irq: Irq) -> None:
        super().populate(lrs, irq)
        while irq.source and len(lrs) < self.vm.host.list_registers:
            super().populate(lrs, irq)


LAYERS = (MultiSgiSameLr,)

BUG = Bug(
    id="multi-sgi-same-lr",
    layers=LAYERS,
    kinds=("list",),
    scenario="two-senders",
    commit="16ca6a607d84",
    doc=__doc__,
)
