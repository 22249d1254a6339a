"""seed-create-unlocked: two ITSes are created at once, and the VM knows of one.

KVM_CREATE_DEVICE ran the type's create hook and put the device on the VM's list without kvm->lock: of two devices
that are added at once one is lost (docs/facts/races.md#2.1 and #35; a28ebea2adc4, 4.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.sync import replaces
from aiovgic.uapi.constants import DeviceType
from aiovgic.uapi.create import Creation

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its
    from aiovgic.uapi.device import KvmDevice


@replaces(Creation)
class SeedCreateUnlocked(Creation):
    """No lock excludes another thread, and adding to a list is two steps."""

    async def make_device(self, kind: DeviceType) -> KvmDevice:
        if kind is DeviceType.ARM_VGIC_ITS:
            device = await self.make_device_locked(kind)
            self.vm.kvm_devices.append(device)
            return device
        return await super().make_device(kind)

    async def add_device(self, its: Its) -> None:
        now = await self.vm.devices.load()
        await self.vm.devices.store((its, *now))


LAYERS = (SeedCreateUnlocked,)

BUG = Bug(
    id="seed-create-unlocked",
    layers=LAYERS,
    kinds=("leak", "list", "expectation"),
    scenario="create-vs-create",
    commit="a28ebea2adc4",
    doc=__doc__,
)
