"""vcpu-vs-vgic-creation: a vGIC is made while a vCPU is between creation and publication.

KVM_CREATE_VCPU gives a vCPU its part of the vGIC if there is one, and publishes it later.
KVM_CREATE_DEVICE looks only at the vCPUs that are published. A vCPU that falls between has
neither private interrupts nor a redistributor (docs/facts/races.md#8; 07212d16adc7, 6.16; 6.12.117
has the fault).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(VgicInit)
class VcpuVsVgicCreation(VgicInit):
    """KVM_CREATE_DEVICE does not test whether a vCPU is in creation."""

    async def check_none_in_creation(self, vcpus: tuple[Vcpu, ...]) -> None:
        pass


LAYERS = (VcpuVsVgicCreation,)

BUG = Bug(
    id="vcpu-vs-vgic-creation",
    layers=LAYERS,
    kinds=("publication", "model-bug", "expectation"),
    scenario="vcpu-vs-vgic",
    doc=__doc__,
    commit="07212d16adc7",
)
