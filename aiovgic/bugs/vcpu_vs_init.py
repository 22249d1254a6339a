"""vcpu-vs-init: a vCPU whose creation begins while INIT is at work goes online with no interface.

KVM_CREATE_VCPU asks under kvm->lock whether the vGIC is initialised, INIT asks under config_lock whether a vCPU is in
creation, and neither takes the other's lock. A creation that begins after INIT has asked and before INIT has said
that it is done passes both: INIT resets the interfaces of the vCPUs it found, and the new one is published without
(docs/facts/uapi.md#3 and #8; own, found by the scenario vcpu-vs-init: 6.12.117 has these locks). No commit is known.
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class VcpuVsInit(VgicInit):
    """KVM_CREATE_VCPU does not test again under config_lock."""

    async def check_not_initialized(self) -> None:
        pass


LAYERS = (VcpuVsInit,)

BUG = Bug(id="vcpu-vs-init", layers=LAYERS, kinds=("publication", "expectation"), scenario="vcpu-vs-init", doc=__doc__)
