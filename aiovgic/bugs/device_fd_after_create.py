"""device-fd-after-create: a device that gets no descriptor has changed its VM already.

KVM_CREATE_DEVICE runs the type's create hook, then asks for a descriptor. Where there is none the device is
destroyed, but what its creation did to the VM stays: a vGIC without a descriptor, or ``has_its``, MSIs with device
ids and a reset PROPBASER without any ITS (docs/facts/uapi.md#2, docs/facts/races.md seed-hasits-stale; unchanged in
7.3). No commit is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import Bug
from aiovgic.errors import UapiError
from aiovgic.sync import replaces
from aiovgic.uapi.create import Creation
from aiovgic.uapi.its_device import ItsDevice

if TYPE_CHECKING:
    from aiovgic.uapi.constants import DeviceType
    from aiovgic.uapi.device import KvmDevice


@replaces(Creation)
class DeviceFdAfterCreate(Creation):
    """The descriptor comes last."""

    async def create_device(self, kind: DeviceType) -> KvmDevice:
        await self.faults.alloc("kvm_device")
        device = await self.make_device(kind)
        try:
            await self.take_fd()
        except UapiError:
            await device.release()
            if isinstance(device, ItsDevice):
                its = device.its
                async with self.vm.kvm_lock:
                    await self.vm.devices.update(lambda now: tuple([each for each in now if each is not its]))
                its.free()
            self.vm.kvm_devices.remove(device)
            device.free()
            raise
        return device


LAYERS = (DeviceFdAfterCreate,)

BUG = Bug(
    id="device-fd-after-create", layers=LAYERS, kinds=("expectation", "leak"), scenario="device-again", doc=__doc__
)
