"""The command handlers. Every result, good or bad, is dropped: a wrong command is only skipped."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from aiovgic.arch.commands import (
    Clear,
    Command,
    Discard,
    Int,
    Inv,
    Invall,
    ItsError,
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
from aiovgic.model.its.mapping_commands import MappingCommands
from aiovgic.sync import GuardedList


class ItsCommands(MappingCommands):
    """What each command does, with its_lock held around that one command."""

    movalls = GuardedList[tuple[int, int]](by="its_lock")
    """For the rule `wrong-target`: source and target of every MOVALL, the oldest first."""

    async def handle_command(self, raw: bytes) -> None:
        """Do one command; what became of it is for the trace alone (vgic_its_handle_command)."""
        command = decode(raw)
        self.rt.event("op", self.its.name, partial(str, command))
        async with self.its.its_lock:
            try:
                error = await self.dispatch(command)
            except UapiError as refused:
                self.rt.event("ret", self.its.name, refused.name)
            else:
                if error is not None:
                    self.rt.event("ret", self.its.name, error.name)

    async def dispatch(self, command: Command) -> ItsError | None:  # noqa: PLR0911  one case a command
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
                self.movalls.append((command.target1, command.target2))
                return await self.handle_movall(command)
            case Inv():
                return await self.handle_inv(command)
            case Invall():
                return await self.handle_invall(command)
            case Sync() | Unknown():
                return None  # in sync always: a command ends before its lock is dropped
            case _:
                assert_never(command)

    async def handle_movi(self, command: Movi) -> ItsError | None:
        """MOVI: give the LPI a new target; no vCPU is kicked (vgic_its_cmd_handle_movi)."""
        ite = self.maps.find_ite(command.device, command.event)
        if ite is None:
            return ItsError.MOVI_UNMAPPED_INTERRUPT
        if not ite.is_mapped():
            return ItsError.MOVI_UNMAPPED_COLLECTION
        collection = self.maps.find_mapped(command.collection)
        if collection is None:
            return ItsError.MOVI_UNMAPPED_COLLECTION
        ite.collection = collection
        vcpu = await self.maps.collection_to_vcpu(collection)
        await self.its.invalidate_cache()
        await self.vm.lpi_control.set_target(ite.lpi(), vcpu)
        return None

    async def handle_movall(self, command: Movall) -> ItsError | None:
        """MOVALL: the LPIs of all ITSes move, no collection does (vgic_its_cmd_handle_movall)."""
        source = await self.its.target_vcpu(command.target1)
        target = None if source is None else await self.its.target_vcpu(command.target2)
        if source is None or target is None:
            return ItsError.MOVALL_PROCNUM_OOR
        if source is target:
            return None
        await self.stop_vm()
        for intid in await self.vm.lpis.intids(source):
            irq = await self.vm.lpis.get(intid)
            if self.vm.lpis.is_there(irq):
                await self.vm.lpi_control.move_target(irq, source, target)
                await self.vm.lpis.put(irq)
        await self.restart_vm()
        await self.its.invalidate_cache()
        return None

    async def stop_vm(self) -> None:
        """Get LPIs out of running vCPUs' list registers while many of them move."""
        await self.vm.halt_guest()

    async def restart_vm(self) -> None:
        """Let the vCPUs run again."""
        await self.vm.resume_guest()

    async def handle_clear(self, command: Clear) -> ItsError | None:
        """CLEAR: the collection need not be mapped (vgic_its_cmd_handle_clear)."""
        ite = self.maps.find_ite(command.device, command.event)
        if ite is None:
            return ItsError.CLEAR_UNMAPPED_INTERRUPT
        await self.vm.lpi_control.clear_pending(ite.lpi())
        return None

    async def handle_inv(self, command: Inv) -> ItsError | None:
        """INV: the collection need not be mapped (vgic_its_cmd_handle_inv)."""
        ite = self.maps.find_ite(command.device, command.event)
        if ite is None:
            return ItsError.INV_UNMAPPED_INTERRUPT
        await self.vm.lpi_tables.update_lpi_config(ite.lpi())
        return None

    async def handle_invall(self, command: Invall) -> ItsError | None:
        """INVALL: what targets the collection's vCPU, in this collection or not (vgic_its_cmd_handle_invall)."""
        collection = self.maps.find_mapped(command.collection)
        if collection is None:
            return ItsError.INVALL_UNMAPPED_COLLECTION
        vcpu = await self.maps.collection_to_vcpu(collection)
        if vcpu is not None:
            await self.vm.lpi_control.inv_all(vcpu)
        return None
