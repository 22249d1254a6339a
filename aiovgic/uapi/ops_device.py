"""Operations on devices and their attributes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from aiovgic.errors import UapiError
from aiovgic.uapi.buffer import UserBuffer
from aiovgic.uapi.constants import KVM_CREATE_DEVICE_TEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.uapi.actor import Actor
    from aiovgic.uapi.device import KvmDevice
    from aiovgic.uapi.machine import Machine

    Fields = Mapping[str, Any]


MAX_DEVS = 64
"""Devices that a player counts; those after them have no index."""


class DeviceOps:
    """KVM_CREATE_DEVICE, close(2), and KVM_{SET,GET,HAS}_DEVICE_ATTR."""

    NAMES: ClassVar = ("create_device", "close_device", "set_device_attr", "get_device_attr", "has_device_attr")

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    async def create_device(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_CREATE_DEVICE; what it makes is then known by index.

        Where the descriptor cannot be copied out, the device is made all the same, and no task knows its descriptor.
        """
        session = await self.machine.vm()
        await self.machine.faults.copy("from kvm_create_device")
        kind = session.creation.device_type(fields["type"])
        if fields["flags"] & KVM_CREATE_DEVICE_TEST:
            await self.machine.faults.copy("to kvm_create_device")
            return {}
        device = await session.creation.create_device(kind)
        await self.machine.faults.copy("to kvm_create_device")
        await session.creation.publish_device(partial(self.install, actor, device))
        return {"dev": len(actor.devices) - 1}

    async def install(self, actor: Actor, device: KvmDevice) -> None:
        """Its descriptor is there: any thread can name it, for descriptors are easily guessed (fd_install)."""
        await self.machine.files.change()
        if len(actor.devices) < MAX_DEVS:
            actor.devices.append(device)
        self.machine.labels.setdefault(device.label, device)

    async def close_device(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """close(2) of a device: it goes on working, but has no descriptor any more."""
        handle = fields["dev"]
        await self.machine.files.change()
        if isinstance(handle, int):
            device = actor.device(handle)
            actor.devices[handle] = None
        else:
            device = self.machine.labelled_device(handle)
            del self.machine.labels[handle]
        await device.release()
        session = self.machine.session
        if session is not None and await session.vm.users_count.put():
            await session.teardown.destroy_vm()
        return {}

    def user_buffer(self, actor: Actor, fields: Fields) -> UserBuffer:
        """The buffer an attribute's address points at."""
        back = fields["value_from_get"]
        return UserBuffer(
            self.machine.faults, actor.nth_get(back) if back else fields["value"], bad=bool(fields["addr_bad"])
        )

    async def set_device_attr(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_SET_DEVICE_ATTR."""
        user = self.user_buffer(actor, fields)
        device = await self.machine.device(actor, fields["dev"])
        await self.machine.faults.copy("kvm_device_attr")
        await device.set_attr(fields["group"], fields["attr"], user)
        return {}

    async def get_device_attr(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_GET_DEVICE_ATTR; the result has the whole buffer."""
        user = self.user_buffer(actor, fields)
        try:
            device = await self.machine.device(actor, fields["dev"])
            await self.machine.faults.copy("kvm_device_attr")
            await device.get_attr(fields["group"], fields["attr"], user)
        except UapiError:
            actor.note_get(0)
            raise
        actor.note_get(user.value)
        return {"value": hex(user.value)}

    async def has_device_attr(self, actor: Actor, fields: Fields) -> dict[str, Any]:
        """KVM_HAS_DEVICE_ATTR."""
        device = await self.machine.device(actor, fields["dev"])
        await self.machine.faults.copy("kvm_device_attr")
        await device.has_attr(fields["group"], fields["attr"])
        return {}
