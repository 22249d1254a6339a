"""What if a write of GITS_CWRITER took no cmd_lock?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gits
from aiovgic.arch.commands import COMMAND_SIZE
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.mmio import Access


@replaces(Its)
class CwriterWithoutCmdLock(Its):
    """Each writer goes through the ring himself."""

    async def write_cwriter(self, _at: Access, value: int) -> None:
        await self.cwriter.store(gits.Cursor(value).offset)
        base = gits.Cbaser(await self.cbaser.load()).base
        creadr = await self.creadr.load()
        while creadr != await self.cwriter.load():
            raw = await self.vm.memory.read(base + creadr, COMMAND_SIZE)
            if raw is not None:
                await self.commands.handle_command(raw)
            creadr += COMMAND_SIZE
            await self.creadr.store(creadr)


LAYERS = (CwriterWithoutCmdLock,)
