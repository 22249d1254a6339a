"""What if a write of GITS_CWRITER took no cmd_lock?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gits
from aiovgic.arch.commands import COMMAND_SIZE
from aiovgic.model.its.frame import ItsFrame
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.mmio import Access


@replaces(ItsFrame)
class CwriterWithoutCmdLock(ItsFrame):
    """Each writer works through the ring in its own task."""

    async def write_cwriter(self, _at: Access, value: int) -> None:
        await self.its.cwriter.store(gits.Cursor(value).offset)
        base = gits.Cbaser(await self.its.cbaser.load()).base
        creadr = await self.its.creadr.load()
        while creadr != await self.its.cwriter.load():
            raw = await self.vm.memory.read(base + creadr, COMMAND_SIZE)
            if raw is not None:
                await self.its.commands.handle_command(raw)
            creadr += COMMAND_SIZE
            await self.its.creadr.store(creadr)


LAYERS = (CwriterWithoutCmdLock,)
