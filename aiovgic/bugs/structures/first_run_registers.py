"""The first run of a vCPU puts every ITS on the bus: Linux 4.8 to 4.11.

CTRL_INIT sets a flag. The first run walks the devices, newest first, once the rest of the vGIC
is on the bus. Where that fails the vGIC is torn down, not the VM: userspace may initialise it
again, and run again. Here such a run takes back what it registered (docs/facts/uapi.md#13, column B).
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.gits import KVM_VGIC_V3_ITS_SIZE
from aiovgic.bugs.structures.stored_address import StoredAddress
from aiovgic.errors import UapiError
from aiovgic.model.dist import VGIC_ADDR_UNDEF
from aiovgic.model.init import FRAME_SIZES, VgicInit
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.create import Creation

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts


class FirstRunRegisters(Its):
    """An ITS that the first run registers."""

    USER = StoredAddress

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name, vm)
        # Set by INIT, read by the first run; the run fails where it comes too early.
        self.initialized = self.shared("initialized", value=False)

    async def ctrl_init(self) -> None:
        """Set the flag that lets the first run register this ITS."""
        await self.initialized.store(value=True)

    async def map_iodev(self) -> None:
        """Go on the bus (vgic_register_its_iodev); slots_lock held. Raises EBUSY before INIT, ENXIO, ENOSPC."""
        if not await self.initialized.load():
            raise UapiError(errno.EBUSY, f"{self.name} is not initialised")
        base = await self.vgic_its_base.load()
        if base == VGIC_ADDR_UNDEF:
            raise UapiError(errno.ENXIO, f"{self.name} has no address")
        await self.vm.bus.register(base, KVM_VGIC_V3_ITS_SIZE, self)

    async def unmap_iodev(self) -> None:
        """Leave the bus, for the run that registered it failed."""
        await self.vm.bus.unregister(self)


@replaces(Creation)
class MakesFirstRunRegisters(Creation):
    """Every ITS is one of these."""

    async def make_its(self, name: str) -> Its:
        return await self.faults.make(FirstRunRegisters, name, self.vm)


@replaces(VgicInit)
class MapsEveryIts(VgicInit):
    """The first run maps ITSes, too; a run that fails leaves no vGIC initialised."""

    async def map_resources(self) -> None:
        if await self.vgic_ready():
            return
        async with self.vm.slots_lock:
            try:
                await self.map_resources_locked()
            except UapiError:
                await tear_down(self.vm)
                raise

    async def map_resources_locked(self) -> None:
        vm = self.vm
        async with vm.config_lock:
            if await vm.dist.ready.load():
                return
            frame = await self.check_resources()
            base = vm.dist.vgic_dist_base
        await vm.bus.register(base, FRAME_SIZES[vm.dist.vgic_model], frame)
        try:
            if await vm.dist.has_its():
                await map_every_its(vm)
        except UapiError:
            await vm.bus.unregister(frame)
            raise
        await self.say_ready()


async def map_every_its(vm: Vm) -> None:
    """Register all ITSes or none (vgic_register_its_iodevs). Raises EBUSY, ENXIO, ENOSPC."""
    mapped: list[FirstRunRegisters] = []
    for its in await vm.devices.load():
        assert isinstance(its, FirstRunRegisters), its
        try:
            await its.map_iodev()
        except UapiError:
            for earlier in mapped:
                await earlier.unmap_iodev()
            raise
        mapped.append(its)


async def tear_down(vm: Vm) -> None:
    """The vGIC is as before INIT (kvm_vgic_dist_destroy)."""
    async with vm.config_lock:
        await vm.dist.initialized.store(value=False)
        await vm.init.undo_init(0)


LAYERS = (MakesFirstRunRegisters, MapsEveryIts)
