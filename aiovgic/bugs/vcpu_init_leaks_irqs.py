"""vcpu-init-leaks-irqs: a vCPU that gets no redistributor frame loses its private interrupts.

KVM_CREATE_VCPU allocates 32 interrupts, then registers the frame. Where that fails the vCPU is
freed, and the interrupts are not (docs/facts/races.md#36; f19c354dbd45, 7.1; 6.12.117 has the fault).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(VgicInit)
class VcpuInitLeaksIrqs(VgicInit):
    """A failed initialisation frees nothing."""

    async def undo_vcpu_init(self, vcpu: Vcpu) -> None:
        pass


LAYERS = (VcpuInitLeaksIrqs,)

BUG = Bug(
    id="vcpu-init-leaks-irqs", layers=LAYERS, kinds=("leak",), scenario="vcpu-again", commit="f19c354dbd45", doc=__doc__
)
