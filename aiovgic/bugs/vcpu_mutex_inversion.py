"""vcpu-mutex-inversion: a guest's write of GICD_CTLR takes kvm->lock while its vCPU is locked.

An ioctl that stops the VM takes kvm->lock, then every vCPU's mutex. A vCPU that runs holds its mutex and wants
kvm->lock for vGIC state. Only because the ioctl merely tries the mutexes it is EBUSY and no hang
(docs/facts/races.md#40; f00327731131 gave vGIC state config_lock, 0acc7239c20a did the same for CPU_ON, 6.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gicd
from aiovgic.bugs.catalogue import Bug
from aiovgic.model.dist import Dist
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.mmio import Access


@replaces(Dist)
class VcpuMutexInversion(Dist):
    """kvm->lock guards the distributor."""

    async def write_ctlr(self, at: Access, value: int) -> None:
        async with self.vm.kvm_lock:
            was_enabled = self.enabled
            self.enabled = gicd.Ctlr(value).enable_grp1
            if not was_enabled and self.enabled:
                await self.vm.vgic_kick_vcpus()


LAYERS = (VcpuMutexInversion,)

BUG = Bug(
    id="vcpu-mutex-inversion",
    layers=LAYERS,
    kinds=("lock-order", "deadlock", "data-race"),
    scenario="ctlr-vs-save",
    commit="f00327731131",
    doc=__doc__,
)
