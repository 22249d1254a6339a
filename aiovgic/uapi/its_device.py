"""The vgic-its device: its address, CTRL, and registers (vgic-its.c, the device side)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.uapi.constants import AddrType, Ctrl, Group
from aiovgic.uapi.device import KvmDevice
from aiovgic.uapi.locked import all_stopped

if TYPE_CHECKING:
    from aiovgic.model.its import Its
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts
    from aiovgic.uapi.buffer import UserBuffer

KNOWN_CTRL = (Ctrl.INIT, Ctrl.ITS_SAVE_TABLES, Ctrl.ITS_RESTORE_TABLES, Ctrl.ITS_RESET)


class ItsDevice(KvmDevice):
    """KVM_DEV_TYPE_ARM_VGIC_ITS."""

    def __init__(self, parts: Parts, name: str, vm: Vm, its: Its) -> None:
        super().__init__(parts, name, vm)
        self.its = its

    @property
    def label(self) -> str:
        return self.its.name

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """Set an attribute (vgic_its_set_attr)."""
        match group:
            case Group.ADDR:
                if attr != AddrType.ITS:
                    raise UapiError(errno.ENODEV, f"an ITS has no address of type {attr}")
                await self.set_addr(await user.get_user(8))
            case Group.CTRL:
                await self.ctrl(attr)
            case Group.ITS_REGS:
                await self.set_reg(attr, await user.get_user(8))
            case _:
                raise self.no_such(group, attr)

    async def set_addr(self, base: int) -> None:
        """Give the ITS its address, and put it on the bus."""
        await self.its.user.set_addr(base)

    async def get_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        """Get an attribute (vgic_its_get_attr)."""
        match group:
            case Group.ADDR:
                if attr != AddrType.ITS:
                    raise UapiError(errno.ENODEV, f"an ITS has no address of type {attr}")
                await user.put_user(await self.its.user.get_addr(), 8)
            case Group.ITS_REGS:
                await user.put_user(await self.get_reg(attr), 8)
            case _:
                raise self.no_such(group, attr)

    async def has_attr(self, group: int, attr: int) -> None:
        """Whether there is such an attribute (vgic_its_has_attr)."""
        match group:
            case Group.ADDR if attr == AddrType.ITS:
                return
            case Group.CTRL if attr in KNOWN_CTRL:
                return
            case Group.ITS_REGS:
                await self.its.user.has_reg(attr)
            case _:
                raise self.no_such(group, attr)

    # -- CTRL -----------------------------------------------------------------------------------

    async def ctrl(self, attr: int) -> None:
        """INIT does nothing; the others, known or not, stop the VM first (vgic_its_ctrl)."""
        if attr == Ctrl.INIT:
            await self.ctrl_init()
            return
        async with all_stopped(self.vm):
            await self.ctrl_stopped(attr)

    async def ctrl_init(self) -> None:
        """KVM_DEV_ARM_VGIC_CTRL_INIT: there is nothing left to do."""
        await self.its.ctrl_init()

    async def ctrl_stopped(self, attr: int) -> None:
        """RESET, SAVE_TABLES, RESTORE_TABLES; anything else is no error."""
        match attr:
            case Ctrl.ITS_RESET:
                await self.its.reset()
            case Ctrl.ITS_SAVE_TABLES:
                await self.its.save_tables()
            case Ctrl.ITS_RESTORE_TABLES:
                await self.its.restore_tables()

    # -- registers --------------------------------------------------------------------------------

    async def set_reg(self, offset: int, value: int) -> None:
        """Write a register of the control frame. Raises EINVAL, EBUSY, ENXIO."""
        self.its.user.check_reg_alignment(offset)
        async with all_stopped(self.vm):
            await self.its.user.set_reg(offset, value)

    async def get_reg(self, offset: int) -> int:
        """Read a register of the control frame. Raises EINVAL, EBUSY, ENXIO."""
        self.its.user.check_reg_alignment(offset)
        async with all_stopped(self.vm):
            return await self.its.user.get_reg(offset)
