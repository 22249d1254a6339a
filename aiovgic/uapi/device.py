"""Devices of a VM and their attributes."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts
    from aiovgic.uapi.buffer import UserBuffer


KVM_DEV_VFIO_FILE = 1
KVM_DEV_VFIO_FILE_ADD = 1
KVM_DEV_VFIO_FILE_DEL = 2

NR_OPEN = 7
"""Descriptors that userspace has besides those of vCPUs and devices: none of them a VFIO file."""


class KvmDevice(Part):
    """What KVM_CREATE_DEVICE gives: something with attributes (struct kvm_device)."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm

    @property
    def label(self) -> str:
        """What scenarios call it, unless they say otherwise."""
        return self.name

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """KVM_SET_DEVICE_ATTR."""
        raise UapiError(errno.EPERM, f"{self.name} has no attributes to set")

    async def get_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """KVM_GET_DEVICE_ATTR."""
        raise UapiError(errno.EPERM, f"{self.name} has no attributes to get")

    async def has_attr(self, group: int, attr: int) -> None:
        """KVM_HAS_DEVICE_ATTR; ENXIO for what is not there."""
        raise self.no_such(group, attr)

    async def release(self) -> None:
        """The last descriptor is closed: a vGIC and an ITS go on without one."""

    def no_such(self, group: int, attr: int) -> UapiError:
        """The error for an unknown group or attribute."""
        return UapiError(errno.ENXIO, f"{self.name} has no attribute {attr:#x} in group {group}")


class VfioDevice(KvmDevice):
    """The VFIO pseudo device: a VM can have one at a time. There are no VFIO files here to give to it."""

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        await self.has_attr(group, attr)
        fd = await user.get_user(4)
        if fd >= NR_OPEN:
            raise UapiError(errno.EBADF, f"there is no descriptor {fd}")
        if attr == KVM_DEV_VFIO_FILE_ADD:
            raise UapiError(errno.EINVAL, f"descriptor {fd} is no VFIO file")
        raise UapiError(errno.ENOENT, f"descriptor {fd} was never added")

    async def has_attr(self, group: int, attr: int) -> None:
        if group != KVM_DEV_VFIO_FILE or attr not in (KVM_DEV_VFIO_FILE_ADD, KVM_DEV_VFIO_FILE_DEL):
            raise self.no_such(group, attr)

    async def release(self) -> None:
        """The device is gone with its descriptor (kvm_vfio_release)."""
        async with self.vm.kvm_lock:
            self.vm.has_vfio = False
