"""What any ITS of 2016 lacked: layers under its-v7 and v4.8 (facts: uapi.md 13, columns A and B)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.constants import Ctrl, Group
from aiovgic.uapi.its_device import ItsDevice

if TYPE_CHECKING:
    from aiovgic.uapi.buffer import UserBuffer


@replaces(Its)
class NoDevidCapability(Its):
    """Nobody is told that MSIs have device ids."""

    async def require_devid(self) -> None:
        """There is no such flag."""


@replaces(ItsDevice)
class OnlyAddrAndInit(ItsDevice):
    """ADDR and CTRL_INIT are all there is: no registers, no save and restore, no reset."""

    async def set_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        if group not in (Group.ADDR, Group.CTRL) or (group == Group.CTRL and attr != Ctrl.INIT):
            raise self.no_such(group, attr)
        await super().set_attr(group, attr, user)

    async def get_attr(self, group: int, attr: int, user: UserBuffer) -> None:
        if group != Group.ADDR:
            raise self.no_such(group, attr)
        await super().get_attr(group, attr, user)

    async def has_attr(self, group: int, attr: int) -> None:
        if group == Group.ITS_REGS or (group == Group.CTRL and attr != Ctrl.INIT):
            raise self.no_such(group, attr)
        await super().has_attr(group, attr)


LAYERS = (NoDevidCapability, OnlyAddrAndInit)
