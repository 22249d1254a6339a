"""Restoring: the lists of an ITS from its tables in guest memory (ABI revision 0). its_lock held.

What is there already stays; a restore adds. The tables are userspace's word, so what is wrong
in them is an error, and everything of that kind is forgotten.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.arch.entries import COLLECTION_NOT_MAPPED, ENTRY_SIZE, Cte, Dte, L1Entry
from aiovgic.arch.entries import Ite as IteEntry
from aiovgic.arch.gits import BASER_PAGE, VITS_TYPER_IDBITS, Baser
from aiovgic.arch.intid import VGIC_MIN_LPI
from aiovgic.errors import UapiError
from aiovgic.model.its.scan import scan_its_table
from aiovgic.model.its.tables import IDS_PER_PAGE
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its
    from aiovgic.model.its.records import ItsDevice
    from aiovgic.model.its.scan import Visit, Wanted
    from aiovgic.sync import Parts


class ItsRestore(Part):
    """KVM_DEV_ARM_ITS_RESTORE_TABLES."""

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name)
        self.its = its
        self.maps = its.maps
        self.tables = its.tables

    async def restore_tables(self) -> None:
        """Collections first, then devices (vgic_its_restore_tables_v0). Raises EFAULT, EINVAL, EEXIST, ENOMEM."""
        try:
            await self.restore_collection_table()
            await self.restore_device_tables()
        except UapiError:
            self.maps.free_collection_list()
            raise

    # -- collections --------------------------------------------------------------------------

    async def restore_collection_table(self) -> None:
        """Entries up to the first that is not valid (vgic_its_restore_collection_table)."""
        baser = Baser(await self.its.baser_coll_table.load())
        if not baser.valid:
            return
        for gpa in range(baser.base, baser.base + baser.size_bytes, ENTRY_SIZE):
            entry = Cte(await self.tables.read_entry(gpa))
            if not entry.valid:
                return
            await self.restore_cte(entry)

    async def restore_cte(self, entry: Cte) -> None:
        """One collection (vgic_its_restore_cte). Raises EINVAL, EEXIST, ENOMEM."""
        if entry.target != COLLECTION_NOT_MAPPED and await self.its.target_vcpu(entry.target) is None:
            raise UapiError(errno.EINVAL, f"collection {entry.collection} goes to vCPU {entry.target}, which is none")
        if self.maps.find_collection(entry.collection) is not None:
            raise UapiError(errno.EEXIST, f"collection {entry.collection} is there already")
        place = await self.tables.collection_entry(entry.collection)
        if place is None:
            raise UapiError(errno.EINVAL, f"collection {entry.collection} is beyond the table")
        collection = await self.maps.alloc_collection(entry.collection, place.table)
        collection.target_addr = entry.target

    # -- devices ------------------------------------------------------------------------------

    async def restore_device_tables(self) -> None:
        """The whole device table, flat or indirect (vgic_its_restore_device_tables)."""
        baser = Baser(await self.its.baser_device_table.load())
        if not baser.valid:
            return
        try:
            if baser.indirect:
                await self.scan(baser.base, baser.size_bytes, 0, l1_valid, self.restore_l1)
            else:
                await self.scan(baser.base, baser.size_bytes, 0, dte_valid, self.restore_dte)
        except UapiError:
            await self.maps.free_device_list()
            raise

    async def scan(self, base: int, size_bytes: int, first_id: int, wanted: Wanted, visit: Visit) -> bool:
        """See `scan_its_table`."""
        return await scan_its_table(self.tables, base, size_bytes, first_id, wanted, visit)

    async def restore_l1(self, index: int, raw: int) -> int:
        """One page of the second level; the last device ends the first level, too (handle_l1_dte)."""
        on = await self.scan(L1Entry(raw).base, BASER_PAGE, index * IDS_PER_PAGE, dte_valid, self.restore_dte)
        return int(on)

    async def restore_dte(self, device_id: int, raw: int) -> int:
        """One device and its events (vgic_its_restore_dte). Raises EINVAL, EFAULT, ENOMEM."""
        entry = Dte(raw)
        event_bits = entry.size + 1
        if event_bits > VITS_TYPER_IDBITS:
            raise UapiError(errno.EINVAL, f"device {device_id} has {event_bits} EventID bits")
        place = await self.tables.device_entry(device_id)
        if place is None:
            raise UapiError(errno.EINVAL, f"device {device_id} is beyond the table")
        device = await self.maps.alloc_device(device_id, entry.itt, event_bits, place.table)
        self.maps.add_device(device)
        try:
            await self.restore_itt(device)
        except UapiError:
            await self.maps.free_device(device)
            raise
        return entry.next

    # -- events -------------------------------------------------------------------------------

    async def restore_itt(self, device: ItsDevice) -> None:
        """The events of a device (vgic_its_restore_itt)."""

        async def visit(event_id: int, raw: int) -> int:
            return await self.restore_ite(device, event_id, IteEntry(raw))

        await self.scan(device.itt_addr, device.nr_events() * ENTRY_SIZE, 0, ite_valid, visit)

    async def restore_ite(self, device: ItsDevice, event_id: int, entry: IteEntry) -> int:
        """One event and its LPI (vgic_its_restore_ite). Raises EINVAL, EFAULT, ENOMEM.

        An event is left out if another event has its LPI.
        """
        if entry.intid < VGIC_MIN_LPI:
            raise UapiError(errno.EINVAL, f"event {event_id} of {device.name} names interrupt {entry.intid}")
        if event_id + entry.next >= device.nr_events():
            raise UapiError(errno.EINVAL, f"event {event_id} of {device.name} is followed by one out of range")
        collection = self.maps.find_collection(entry.collection)
        if collection is None:
            raise UapiError(errno.EINVAL, f"event {event_id} of {device.name} uses no collection there is")
        if not self.tables.check_event_id(device, event_id):
            raise UapiError(errno.EINVAL, f"event {event_id} of {device.name} is out of range")
        try:
            await self.maps.map_lpi(device, collection, event_id, entry.intid)
        except UapiError as refused:
            if refused.errno != errno.EEXIST:
                raise
        return entry.next


def l1_valid(raw: int) -> bool:
    """Whether an entry of the first level says anything."""
    return L1Entry(raw).valid


def dte_valid(raw: int) -> bool:
    """Whether there is a device."""
    return Dte(raw).valid


def ite_valid(raw: int) -> bool:
    """Whether there is an event."""
    return IteEntry(raw).intid != 0
