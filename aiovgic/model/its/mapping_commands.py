"""The commands that map and unmap: MAPD, MAPC, MAPTI, MAPI, DISCARD. its_lock held throughout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.commands import ItsError, Mapti
from aiovgic.arch.gicr import Propbaser
from aiovgic.arch.gits import VITS_TYPER_IDBITS
from aiovgic.arch.intid import VGIC_MIN_LPI
from aiovgic.errors import UapiError
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.arch.commands import Discard, Mapc, Mapd, Mapi
    from aiovgic.model.its.its import Its
    from aiovgic.model.its.records import ItsCollection, ItsDevice
    from aiovgic.sync import Parts


class MappingCommands(Part):
    """What changes the lists of an ITS. Checks are in KVM's order; what fails has no effect."""

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name)
        self.its = its
        self.vm = its.vm
        self.maps = its.maps
        self.tables = its.tables

    # -- devices ------------------------------------------------------------------------------

    async def handle_mapd(self, command: Mapd) -> ItsError | None:
        """MAPD: an old device goes in any case, even for one just like it (vgic_its_cmd_handle_mapd)."""
        entry = await self.tables.device_entry(command.device)
        if entry is None:
            return ItsError.MAPD_DEVICE_OOR
        event_bits = command.size + 1
        if command.valid and event_bits > VITS_TYPER_IDBITS:
            return ItsError.MAPD_ITTSIZE_OOR
        old = self.maps.find_its_device(command.device)
        if command.valid:
            await self.replace_device(old, command, event_bits, entry.table)
        else:
            await self.forget_device(old)
            await self.clear_dte(entry.gpa)
        return None

    async def clear_dte(self, entry: int) -> None:
        """Clear the entry of an unmapped device, so that no restore maps it again. Raises EFAULT."""
        await self.tables.write_entry(entry, 0)

    async def replace_device(self, old: ItsDevice | None, command: Mapd, event_bits: int, table: int) -> None:
        """The new device is allocated before the old one goes. Raises ENOMEM."""
        device = await self.maps.alloc_device(command.device, command.itt, event_bits, table)
        await self.forget_device(old)
        self.maps.add_device(device)

    async def forget_device(self, device: ItsDevice | None) -> None:
        """Free a device, if there is one."""
        if device is not None:
            await self.maps.free_device(device)

    # -- collections --------------------------------------------------------------------------

    async def handle_mapc(self, command: Mapc) -> ItsError | None:
        """MAPC (vgic_its_cmd_handle_mapc)."""
        if not command.valid:
            return await self.unmap_collection(command)
        vcpu = await self.its.target_vcpu(command.target)
        if vcpu is None:
            return ItsError.MAPC_PROCNUM_OOR
        collection = self.maps.find_collection(command.collection)
        if collection is not None:
            collection.target_addr = command.target
            await self.update_affinity_collection(collection)
            return None
        entry = await self.tables.collection_entry(command.collection)
        if entry is None:
            return ItsError.MAPC_COLLECTION_OOR
        collection = await self.maps.alloc_collection(command.collection, entry.table)
        collection.target_addr = command.target
        return None

    async def unmap_collection(self, command: Mapc) -> ItsError | None:
        """MAPC with V=0: the target plays no part."""
        self.maps.free_collection(command.collection)
        await self.its.invalidate_cache()
        return None

    async def update_affinity_collection(self, collection: ItsCollection) -> None:
        """Send every LPI whose event uses a collection to its vCPU (update_affinity_collection)."""
        vcpu = await self.maps.collection_to_vcpu(collection)
        for ite in list(self.maps.ites()):
            if ite.collection is collection:
                await self.vm.lpi_control.set_target(ite.lpi(), vcpu)

    # -- events -------------------------------------------------------------------------------

    async def handle_mapti(self, command: Mapti | Mapi) -> ItsError | None:
        """MAPTI and MAPI: an event that is mapped already stays as it is (vgic_its_cmd_handle_mapi)."""
        device = self.maps.find_its_device(command.device)
        if device is None:
            return ItsError.MAPTI_UNMAPPED_DEVICE
        if not self.tables.check_event_id(device, command.event):
            return ItsError.MAPTI_ID_OOR
        intid = command.intid if isinstance(command, Mapti) else command.event
        limit = Propbaser(await self.vm.dist.propbaser.load()).lpi_limit
        if not VGIC_MIN_LPI <= intid < limit:
            return ItsError.MAPTI_PHYSICALID_OOR
        if command.event in device.itt:
            return None
        collection = self.maps.find_collection(command.collection)
        if collection is not None:
            await self.maps.map_lpi(device, collection, command.event, intid)
            return None
        entry = await self.tables.collection_entry(command.collection)
        if entry is None:
            return ItsError.MAPC_COLLECTION_OOR
        collection = await self.maps.alloc_collection(command.collection, entry.table)
        try:
            await self.maps.map_lpi(device, collection, command.event, intid)
        except UapiError:
            self.maps.free_collection(command.collection)
            raise
        return None

    async def handle_discard(self, command: Discard) -> ItsError | None:
        """DISCARD: an event whose collection is unmapped stays (vgic_its_cmd_handle_discard).

        The pending latch stays, too: it is the LPI's, and the LPI may be mapped or listed elsewhere.
        """
        device = self.maps.find_its_device(command.device)
        ite = None if device is None else device.itt.get(command.event)
        if device is None or ite is None or not ite.is_mapped():
            return ItsError.DISCARD_UNMAPPED_INTERRUPT
        await self.its.invalidate_cache()
        await self.maps.free_ite(device, ite)
        await self.clear_ite(device, command.event)
        return None

    async def clear_ite(self, device: ItsDevice, event_id: int) -> None:
        """Clear the entry of a discarded event, so that no restore maps it again. Raises EFAULT."""
        await self.tables.write_entry(self.tables.ite_address(device, event_id), 0)
