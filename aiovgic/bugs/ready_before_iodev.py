"""ready-before-iodev: the first run says that the vGIC is ready before the distributor is on the bus.

A second vCPU sees ready, skips the set-up, enters the guest and reads the distributor: no device
is there yet, and the access exits to userspace (docs/facts/races.md#9; 78a005555500, 6.12;
11490b5ec6bc).
"""

from __future__ import annotations

from aiovgic.bugs.catalogue import Bug
from aiovgic.model.init import FRAME_SIZES, VgicInit
from aiovgic.sync import replaces


@replaces(VgicInit)
class ReadyBeforeIodev(VgicInit):
    """Ready is stored under config_lock, which is dropped before the bus is touched."""

    async def map_resources_locked(self) -> None:
        vm = self.vm
        async with vm.config_lock:
            if await vm.dist.ready.load():
                return
            frame = await self.check_resources()
            base = vm.dist.vgic_dist_base
            await vm.dist.ready.store(value=True)
        await vm.bus.register(base, FRAME_SIZES[vm.dist.vgic_model], frame)


LAYERS = (ReadyBeforeIodev,)

BUG = Bug(
    id="ready-before-iodev",
    layers=LAYERS,
    kinds=("expectation", "publication"),
    doc=__doc__,
    commit="78a005555500",
    scenario="first-runs",
)
