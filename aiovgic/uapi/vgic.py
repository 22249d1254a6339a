"""What the vgic-v2 and the vgic-v3 device have in common (vgic-kvm-device.c)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

from aiovgic.arch.intid import VGIC_MAX_RESERVED, VGIC_NR_PRIVATE_IRQS
from aiovgic.errors import UapiError
from aiovgic.uapi.constants import AddrType, Ctrl, Group
from aiovgic.uapi.device import KvmDevice

if TYPE_CHECKING:
    from aiovgic.uapi.buffer import UserBuffer


class VgicDevice(KvmDevice):
    """A vGIC: ADDR, NR_IRQS, CTRL, and groups of registers that its model decides about."""

    ADDRS: ClassVar[tuple[AddrType, ...]]
    CTRLS: ClassVar[tuple[Ctrl, ...]]
    REGISTER_GROUPS: ClassVar[tuple[Group, ...]]

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """Set an attribute (vgic_set_common_attr). Raises ENXIO for what is not there."""
        match group:
            case Group.ADDR:
                await self.set_addr(attr, await user.get_user(8))
            case Group.NR_IRQS:
                await self.set_nr_irqs(await user.get_user(4))
            case Group.CTRL if attr in self.CTRLS:
                await self.ctrl(attr)
            case _ if group in self.REGISTER_GROUPS:
                await self.access(group, attr, user, is_write=True)
            case _:
                raise self.no_such(group, attr)

    async def get_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """Get an attribute (vgic_get_common_attr). Raises ENXIO for what is not there."""
        match group:
            case Group.ADDR:
                wanted = await user.get_user(8) if attr == AddrType.V3_REDIST_REGION else 0
                await user.put_user(await self.get_addr(attr, wanted), 8)
            case Group.NR_IRQS:
                await user.put_user(self.vm.dist.nr_irqs(), 4)
            case _ if group in self.REGISTER_GROUPS:
                await self.access(group, attr, user, is_write=False)
            case _:
                raise self.no_such(group, attr)

    async def has_attr(self, group: int, attr: int) -> None:
        """Whether there is such an attribute. Raises ENXIO, EINVAL."""
        match group:
            case Group.ADDR if attr in self.ADDRS:
                return
            case Group.NR_IRQS:
                return
            case Group.CTRL if attr in self.CTRLS:
                return
            case _ if group in self.REGISTER_GROUPS:
                await self.has_register(group, attr)
            case _:
                raise self.no_such(group, attr)

    # -- what each model does in its own way ------------------------------------------------

    async def set_addr(self, attr: int, value: int) -> None:
        """Put a part of the vGIC somewhere."""
        raise NotImplementedError

    async def get_addr(self, attr: int, wanted: int) -> int:
        """Where a part of the vGIC is; ``wanted`` is what the buffer of a region holds."""
        raise NotImplementedError

    async def access(self, group: int, raw: int, user: UserBuffer, *, is_write: bool) -> None:
        """Read or write one register."""
        raise NotImplementedError

    async def has_register(self, group: int, raw: int) -> None:
        """Whether there is such a register."""
        raise NotImplementedError

    # -- NR_IRQS and CTRL -------------------------------------------------------------------

    async def set_nr_irqs(self, value: int) -> None:
        """How many interrupts there will be, private ones included. Raises EINVAL, EBUSY."""
        if not 2 * VGIC_NR_PRIVATE_IRQS <= value <= VGIC_MAX_RESERVED or value % 32:
            raise UapiError(errno.EINVAL, f"{value} is no number of interrupts")
        async with self.vm.config_lock:
            await self.freeze_nr_irqs(value - VGIC_NR_PRIVATE_IRQS)

    async def freeze_nr_irqs(self, nr_spis: int) -> None:
        """Fix the number of SPIs, once. Raises EBUSY."""
        if self.vm.dist.nr_spis:
            raise UapiError(errno.EBUSY, "the number of interrupts is fixed already")
        self.vm.dist.nr_spis = nr_spis

    async def ctrl(self, attr: int) -> None:
        """Do what CTRL asks for; INIT is all that every model has."""
        assert attr == Ctrl.INIT, attr
        await self.ctrl_init()

    async def ctrl_init(self) -> None:
        """KVM_DEV_ARM_VGIC_CTRL_INIT. Raises EBUSY while a vCPU is being created."""
        async with self.vm.config_lock:
            await self.vm.init.vgic_init()
