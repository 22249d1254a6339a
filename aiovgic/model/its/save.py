"""Saving: the lists of an ITS into its tables in guest memory (ABI revision 0). its_lock held."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from aiovgic.arch.entries import ENTRY_SIZE, NEXT_DEVICE_MAX, NEXT_EVENT_MAX, Cte, Dte
from aiovgic.arch.entries import Ite as IteEntry
from aiovgic.arch.gits import Baser
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its
    from aiovgic.model.its.records import Ite, ItsCollection, ItsDevice
    from aiovgic.sync import Parts


class ItsSave(Part):
    """KVM_DEV_ARM_ITS_SAVE_TABLES: entries of what is mapped; the rest of the tables stays."""

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name)
        self.its = its
        self.maps = its.maps
        self.tables = its.tables

    async def save_tables(self) -> None:
        """Devices first, then collections (vgic_its_save_tables_v0). Raises EFAULT."""
        await self.save_device_tables()
        await self.save_collection_table()

    # -- devices ------------------------------------------------------------------------------

    async def save_device_tables(self) -> None:
        """All devices in order of DeviceID (vgic_its_save_device_tables)."""
        if not Baser(await self.its.baser_device_table.load()).valid:
            return
        self.sort_devices()
        devices = list(self.maps.devices())
        for n, device in enumerate(devices):
            entry = await self.place(device)
            if entry is not None:
                await self.save_itt(device)
                await self.save_dte(device, entry, await self.following(devices, n + 1))

    def sort_devices(self) -> None:
        """Sort the list itself by DeviceID; KVM's comparison reverses equal devices (vgic_its_device_cmp)."""
        devices = {number: found[::-1] for number, found in sorted(self.maps.device_list.items())}
        self.maps.device_list.clear()
        self.maps.device_list.update(devices)

    async def place(self, device: ItsDevice) -> int | None:
        """Where a device's entry goes; a device without a place is left out."""
        entry = await self.tables.device_entry(device.device_id)
        return None if entry is None else entry.gpa

    async def following(self, devices: list[ItsDevice], n: int) -> ItsDevice | None:
        """The device that an entry says is next: the first from ``n`` on that is saved."""
        for device in islice(devices, n, None):
            if await self.place(device) is not None:
                return device
        return None

    async def save_dte(self, device: ItsDevice, entry: int, following: ItsDevice | None) -> None:
        """One device table entry (vgic_its_save_dte)."""
        distance = 0 if following is None else following.device_id - device.device_id
        value = Dte.of(
            valid=True,
            next=min(distance, NEXT_DEVICE_MAX),
            itt=device.itt_addr,
            size=device.num_eventid_bits - 1,
        )
        await self.tables.write_entry(entry, value)

    # -- events -------------------------------------------------------------------------------

    async def save_itt(self, device: ItsDevice) -> None:
        """All events of a device in order of EventID (vgic_its_save_itt)."""
        events = sorted(device.itt)
        ites = [device.itt[event_id] for event_id in events]
        device.itt.clear()
        device.itt.update(zip(events, ites, strict=True))
        for n, ite in enumerate(ites):
            following = events[n + 1] if n + 1 < len(events) else None
            await self.save_ite(device, ite, following)

    async def save_ite(self, device: ItsDevice, ite: Ite, following: int | None) -> None:
        """One interrupt translation entry; zero for an event without collection (vgic_its_save_ite)."""
        gpa = self.tables.ite_address(device, ite.event_id)
        await self.tables.write_entry(gpa, self.ite_value(ite, following))

    def ite_value(self, ite: Ite, following: int | None) -> int:
        """The entry of an event."""
        if not self.is_saved(ite):
            return 0
        collection = ite.collection
        assert collection is not None, f"{ite.name} has no collection"
        distance = 0 if following is None else following - ite.event_id
        return IteEntry.of(
            next=min(distance, NEXT_EVENT_MAX), intid=ite.lpi().intid, collection=collection.collection_id
        )

    def is_saved(self, ite: Ite) -> bool:
        """Whether there is something to save: MAPC with V=0 takes an event's collection away."""
        return ite.collection is not None

    # -- collections --------------------------------------------------------------------------

    async def save_collection_table(self) -> None:
        """All collections in the order they came, then an end mark if it fits (vgic_its_save_collection_table)."""
        baser = Baser(await self.its.baser_coll_table.load())
        if not baser.valid:
            return
        gpa, end = baser.base, baser.base + baser.size_bytes
        for collection in list(self.maps.collection_list.values()):
            await self.save_cte(collection, gpa)
            gpa += ENTRY_SIZE
        if gpa != end:
            await self.tables.write_entry(gpa, 0)

    async def save_cte(self, collection: ItsCollection, gpa: int) -> None:
        """One collection table entry (vgic_its_save_cte)."""
        value = Cte.of(valid=True, target=collection.target_addr, collection=collection.collection_id)
        await self.tables.write_entry(gpa, value)
