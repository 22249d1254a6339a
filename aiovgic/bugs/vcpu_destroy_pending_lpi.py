"""vcpu-destroy-pending-lpi: a VM is destroyed, and an LPI that was pending is not freed.

A vCPU's list holds a reference to each LPI on it. Where the vCPU is freed without dropping them no other task does: the
LPI stays, and its pointer to the vCPU points at freed memory (docs/facts/races.md#37; 969ce8b5260d, 5.7).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.sync import replaces
from aiovgic.uapi.teardown import Teardown


@replaces(Teardown)
class VcpuDestroyPendingLpi(Teardown):
    """Destroying a vCPU leaves its list unchanged."""

    async def destroy_vgic(self) -> None:
        pass


LAYERS = (VcpuDestroyPendingLpi,)

BUG = Bug(
    id="vcpu-destroy-pending-lpi",
    layers=LAYERS,
    kinds=("leak", "use-after-free"),
    scenario="destroy-vs-msi",
    commit="969ce8b5260d",
    doc=__doc__,
)
