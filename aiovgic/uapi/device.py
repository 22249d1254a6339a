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
        raise UapiError(errno.ENXIO, f"{self.name} has no attribute {attr:#x} in group {group}")

    def no_such(self, group: int, attr: int) -> UapiError:
        """The error for an unknown group or attribute."""
        return UapiError(errno.ENXIO, f"{self.name} has no attribute {attr:#x} in group {group}")


class VfioDevice(KvmDevice):
    """The VFIO pseudo device: it can be made, once, and does nothing here."""

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        raise self.no_such(group, attr)
