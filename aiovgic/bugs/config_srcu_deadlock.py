"""config-srcu-deadlock: the first run waits for all readers of the bus with config_lock held.

An MMIO handler is a reader of the bus, and takes config_lock (GICD_CTLR, ISACTIVER). Registering
a device waits until readers have left. Under config_lock each waits for the other: a deadlock that lockdep
found by the order alone, since no vCPU runs before the first run (docs/facts/races.md#11a; 59112e9c390b, 6.4).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import FRAME_SIZES, VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class ConfigSrcuDeadlock(VgicInit):
    """The distributor is registered before config_lock is dropped."""

    async def map_resources_locked(self) -> None:
        vm = self.vm
        async with vm.config_lock:
            if await vm.dist.ready.load():
                return
            frame = await self.check_resources()
            await vm.bus.register(vm.dist.vgic_dist_base, FRAME_SIZES[vm.dist.vgic_model], frame)
            await vm.dist.ready.store(value=True)


LAYERS = (ConfigSrcuDeadlock,)

BUG = Bug(
    id="config-srcu-deadlock",
    layers=LAYERS,
    kinds=("lock-order", "deadlock"),
    doc=__doc__,
    scenario="first-runs",
    commit="59112e9c390b",
)
