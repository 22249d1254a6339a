"""The ITS of 2016 where it differs from 6.1: layers under its-v7 and v4.8 (docs/facts/uapi.md#13, columns A and B).

Read in the commits of July 2016 as merged for 4.8 and in a tree of 4.9; of v7 itself only the patch that this project
started from was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gits
from aiovgic.model.init import VgicInit
from aiovgic.model.its.frame import ItsFrame, extract_bytes
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces
from aiovgic.uapi.constants import Ctrl, Group
from aiovgic.uapi.its_device import ItsDevice

if TYPE_CHECKING:
    from aiovgic.model.mmio import Access
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.uapi.buffer import UserBuffer

TYPER_VALUE = gits.TYPER_VALUE.but(itt_entry_size=0)
"""0x1ef01: PLPIS, 16 bits of DeviceID and 16 of EventID (424c33830f53, 4.8). 4.12 added the size of an entry."""


@replaces(Its)
class Its2016(Its):
    """CREATE does not say that MSIs have device ids."""

    async def require_devid(self) -> None:
        """INIT of the vGIC says it, see `DevidAtInit`."""


@replaces(ItsFrame)
class Frame2016(ItsFrame):
    """GITS_TYPER gives no entry size."""

    async def read_typer(self, at: Access) -> int:
        """GITS_TYPER without the size of a device table's entries."""
        return extract_bytes(TYPER_VALUE, at)


@replaces(VgicInit)
class DevidAtInit(VgicInit):
    """KVM_CAP_MSI_DEVID is 1 once the vGIC was initialised with an ITS there; an ITS that comes later changes nothing.

    vgic_init sets msis_require_devid after the distributor is made, if vgic_has_its (4.8, 0e4e82f154e3; so in 4.9).
    """

    async def dist_init(self, vcpu0: Vcpu | None) -> None:
        await super().dist_init(vcpu0)
        if await self.vm.dist.has_its():
            await self.vm.dist.msis_require_devid.store(value=True)


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


LAYERS = (Its2016, Frame2016, DevidAtInit, OnlyAddrAndInit)
