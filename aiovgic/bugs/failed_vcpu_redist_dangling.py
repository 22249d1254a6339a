"""failed-vcpu-redist-dangling: a vCPU that could not be created leaves its redistributor on the bus.

KVM_CREATE_VCPU registers the frame, which is part of the vCPU, and fails later: there is no memory, or
the id is in use. The vCPU is freed. Another vCPU that accesses the frame uses freed memory (
docs/facts/races.md#10; 02e3858f08fa, 6.7; 250f25367b58, 6.15, for one more exit).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(VgicInit)
class FailedVcpuRedistDangling(VgicInit):
    """The vCPU is freed, and its frame stays on the bus."""

    async def vcpu_destroy(self, vcpu: Vcpu) -> None:
        await self.undo_vcpu_init(vcpu)


LAYERS = (FailedVcpuRedistDangling,)

BUG = Bug(
    id="failed-vcpu-redist-dangling",
    layers=LAYERS,
    kinds=("use-after-free", "expectation"),
    doc=__doc__,
    scenario="failed-vcpu-vs-init",
    commit="02e3858f08fa",
)
