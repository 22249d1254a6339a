"""The command handlers. Every result, good or bad, is dropped: a wrong command is only skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from aiovgic.arch.commands import (
    Clear,
    Command,
    Discard,
    Int,
    Inv,
    Invall,
    Mapc,
    Mapd,
    Mapi,
    Mapti,
    Movall,
    Movi,
    Sync,
    Unknown,
    decode,
)
from aiovgic.errors import UapiError
from aiovgic.model.its.codes import Code
from aiovgic.model.its.mapping_commands import MappingCommands


class ItsCommands(MappingCommands):
    """What each command does, with its_lock held around that one command."""

    async def handle_command(self, raw: bytes) -> None:
        """Do one command; what became of it is for the trace alone (vgic_its_handle_command)."""
        command = decode(raw)
        self.rt.event("command", self.its.name, type(command).__name__)
        async with self.its.its_lock:
            try:
                code = await self.dispatch(command)
            except UapiError as error:
                self.rt.event("command-failed", self.its.name, error.name)
            else:
                if code:
                    self.rt.event("command-failed", self.its.name, code.name)

    async def dispatch(self, command: Command) -> Code:  # noqa: C901, PLR0911, PLR0912  one case a command
        """The handler of each command. Raises what is no architectural error (EFAULT, EBUSY)."""
        match command:
            case Int():
                return await self.its.trigger_msi(command.device, command.event)
            case Mapd():
                return await self.handle_mapd(command)
            case Mapc():
                return await self.handle_mapc(command)
            case Mapti() | Mapi():
                return await self.handle_mapti(command)
            case Movi():
                return await self.handle_movi(command)
            case Discard():
                return await self.handle_discard(command)
            case Clear():
                return await self.handle_clear(command)
            case Movall():
                return await self.handle_movall(command)
            case Inv():
                return await self.handle_inv(command)
            case Invall():
                return await self.handle_invall(command)
            case Sync() | Unknown():
                return Code.OK  # in sync always: a command ends before its lock is dropped
            case _:
                assert_never(command)

    async def handle_movi(self, command: Movi) -> Code:
        """MOVI: the LPI goes elsewhere from now on; nobody is kicked (vgic_its_cmd_handle_movi)."""
        ite = self.maps.find_ite(command.device, command.event)
        if ite is None:
            return Code.MOVI_UNMAPPED_INTERRUPT
        if not ite.is_mapped():
            return Code.MOVI_UNMAPPED_COLLECTION
        collection = self.maps.find_mapped(command.collection)
        if collection is None:
            return Code.MOVI_UNMAPPED_COLLECTION
        ite.collection = collection
        vcpu = await self.maps.collection_to_vcpu(collection)
        await self.its.invalidate_cache()
        await self.vm.lpis.set_target(ite.lpi(), vcpu)
        return Code.OK

    async def handle_movall(self, command: Movall) -> Code:
        """MOVALL: the LPIs of all ITSes move, no collection does (vgic_its_cmd_handle_movall)."""
        source = await self.its.target_vcpu(command.source)
        target = None if source is None else await self.its.target_vcpu(command.target)
        if source is None or target is None:
            return Code.MOVALL_PROCNUM_OOR
        if source is target:
            return Code.OK
        for intid in await self.vm.lpis.intids(source):
            irq = await self.vm.lpis.get(intid)
            if irq is not None:
                await self.vm.lpis.move_target(irq, source, target)
                await self.vm.lpis.put(irq)
        await self.its.invalidate_cache()
        return Code.OK

    async def handle_clear(self, command: Clear) -> Code:
        """CLEAR: the collection need not be mapped (vgic_its_cmd_handle_clear)."""
        ite = self.maps.find_ite(command.device, command.event)
        if ite is None:
            return Code.CLEAR_UNMAPPED_INTERRUPT
        await self.vm.lpis.clear_pending(ite.lpi())
        return Code.OK

    async def handle_inv(self, command: Inv) -> Code:
        """INV: the collection need not be mapped (vgic_its_cmd_handle_inv)."""
        ite = self.maps.find_ite(command.device, command.event)
        if ite is None:
            return Code.INV_UNMAPPED_INTERRUPT
        await self.vm.lpis.update_lpi_config(ite.lpi())
        return Code.OK

    async def handle_invall(self, command: Invall) -> Code:
        """INVALL: what targets the collection's vCPU, in this collection or not (vgic_its_cmd_handle_invall)."""
        collection = self.maps.find_mapped(command.collection)
        if collection is None:
            return Code.INVALL_UNMAPPED_COLLECTION
        vcpu = await self.maps.collection_to_vcpu(collection)
        if vcpu is not None:
            await self.vm.lpis.inv_all(vcpu)
        return Code.OK
