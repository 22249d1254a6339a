"""The command queue of an ITS: the ring in guest memory, and the task that works through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch import gits
from aiovgic.arch.commands import COMMAND_SIZE
from aiovgic.sync import Channel, Part

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its
    from aiovgic.sync import Parts


class CommandQueue(Part):
    """The task that reads the ring. Each command goes to `ItsCommands`."""

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name)
        self.its = its
        self.channel: Channel[None, None] = Channel(self.rt, its.name, self.process_commands)
        """Where a writer of CTLR or CWRITER, with cmd_lock held, hands over to the ITS task."""

    async def process_commands(self, _doorbell: None) -> None:
        """Do every command in the ring, in the writer's context (vgic_its_process_commands).

        The writer's cmd_lock is held, so the cursors stay. A command that is not in memory is skipped.
        """
        self.its.cmd_lock.assert_held()
        if not await self.may_process():
            return
        ring = gits.Cbaser(await self.its.cbaser.load())
        base, end = ring.base, ring.size_bytes
        cwriter = await self.its.cwriter.load()
        creadr = await self.its.creadr.load()
        while creadr != cwriter:
            raw = await self.its.vm.memory.read(base + creadr, COMMAND_SIZE)
            if raw is not None:
                await self.its.commands.handle_command(raw)
            creadr += COMMAND_SIZE
            if creadr == end:
                creadr = 0
            await self.its.creadr.store(creadr)

    async def may_process(self) -> bool:
        """Whether what is in the ring is done now: while the ITS is on."""
        return await self.its.enabled.load()
