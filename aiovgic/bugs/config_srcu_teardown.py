"""config-srcu-teardown: a failed vCPU's frame is taken off the bus with config_lock held.

Taking a device off the bus waits until all its readers have left, and a reader may be an MMIO handler
that waits for config_lock (docs/facts/races.md#11b; 9eb18136af9f put config_lock around all of the
teardown, f616506754d3 took it off again days later, 6.11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import VgicInit
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu


@replaces(VgicInit)
class ConfigSrcuTeardown(VgicInit):
    """One lock around everything."""

    async def vcpu_destroy(self, vcpu: Vcpu) -> None:
        async with self.vm.slots_lock, self.vm.config_lock:
            await self.vm.bus.unregister(vcpu.rd)
            self.vm.rd_regions.free_slot_of(vcpu)
            await self.free_private_irqs(vcpu)


LAYERS = (ConfigSrcuTeardown,)

BUG = Bug(
    id="config-srcu-teardown",
    layers=LAYERS,
    kinds=("lock-order", "deadlock"),
    doc=__doc__,
    scenario="failed-vcpu-vs-init",
    commit="f616506754d3",
)
