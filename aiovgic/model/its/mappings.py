"""The lists of an ITS: devices with their events, and collections. its_lock held throughout."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.model.its.records import Ite, ItsCollection, ItsDevice
from aiovgic.sync import GuardedMap, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.model.its.its import Its
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Parts


class Mappings(Part):
    """What the commands have mapped (vgic_its.device_list, vgic_its.collection_list).

    A list of KVM is a map here whose order is the list's. Only devices can be there twice,
    from a restore over others: a lookup finds the first device with a DeviceID.
    """

    device_list = GuardedMap[int, tuple[ItsDevice, ...]](by="its_lock")
    collection_list = GuardedMap[int, ItsCollection](by="its_lock")

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name)
        self.its = its
        self.faults = its.vm.faults

    # -- finding ------------------------------------------------------------------------------

    def find_its_device(self, device_id: int) -> ItsDevice | None:
        """The device with this DeviceID (find_its_device)."""
        devices = self.device_list.get(device_id)
        return devices[0] if devices else None

    def find_ite(self, device_id: int, event_id: int) -> Ite | None:
        """The event of a device (find_ite)."""
        device = self.find_its_device(device_id)
        return None if device is None else device.itt.get(event_id)

    def find_collection(self, collection_id: int) -> ItsCollection | None:
        """The collection with this ICID, mapped or not (find_collection)."""
        return self.collection_list.get(collection_id)

    def find_mapped(self, collection_id: int) -> ItsCollection | None:
        """The collection with this ICID, if it has a vCPU."""
        collection = self.find_collection(collection_id)
        return collection if collection is not None and collection.is_mapped() else None

    def devices(self) -> Iterator[ItsDevice]:
        """All devices."""
        for devices in self.device_list.values():
            yield from devices

    def ites(self) -> Iterator[Ite]:
        """All events of all devices (for_each_lpi_its)."""
        for device in self.devices():
            yield from device.itt.values()

    async def collection_to_vcpu(self, collection: ItsCollection) -> Vcpu | None:
        """The vCPU a collection goes to (collection_to_vcpu)."""
        return await self.its.target_vcpu(collection.target_addr)

    # -- making -------------------------------------------------------------------------------

    async def alloc_device(self, device_id: int, itt_addr: int, num_eventid_bits: int, table: int) -> ItsDevice:
        """A new device, not in the list yet (vgic_its_alloc_device). Raises ENOMEM."""
        name = f"{self.its.name}.device{device_id}"
        return await self.faults.make(ItsDevice, name, device_id, itt_addr, num_eventid_bits, table)

    def add_device(self, device: ItsDevice) -> None:
        """Put a device last in the list."""
        self.its.its_lock.assert_held()
        self.device_list[device.device_id] = (*self.device_list.get(device.device_id, ()), device)

    async def alloc_ite(self, device: ItsDevice, collection: ItsCollection, event_id: int) -> Ite:
        """A new event, last of its device; the LPI comes later (vgic_its_alloc_ite). Raises ENOMEM."""
        self.its.its_lock.assert_held()
        ite = await self.faults.make(Ite, f"{device.name}.event{event_id}", event_id)
        ite.collection = collection
        device.itt[event_id] = ite
        return ite

    async def alloc_collection(self, collection_id: int, table: int) -> ItsCollection:
        """A new collection, last in the list, with no vCPU yet (vgic_its_alloc_collection). Raises ENOMEM."""
        self.its.its_lock.assert_held()
        name = f"{self.its.name}.collection{collection_id}"
        collection = await self.faults.make(ItsCollection, name, collection_id, table)
        self.collection_list[collection_id] = collection
        return collection

    async def map_lpi(self, device: ItsDevice, collection: ItsCollection, event_id: int, intid: int) -> Ite:
        """A new event with its LPI. If it raises, there is no event.

        Raises EFAULT where the LPI's tables are not memory, EEXIST if another event has the LPI, ENOMEM.
        """
        vm = self.its.vm
        ite = await self.alloc_ite(device, collection, event_id)
        vcpu = await self.collection_to_vcpu(collection) if collection.is_mapped() else None
        try:
            irq = await vm.lpi_control.add_lpi(intid, vcpu)
        except UapiError:
            await self.free_ite(device, ite)
            raise
        if not await vm.lpi_control.map_lpi(irq, vcpu):
            await vm.lpis.put(irq)
            await self.free_ite(device, ite)
            raise UapiError(errno.EEXIST, f"LPI {intid} belongs to another event")
        ite.irq = irq
        return ite

    # -- freeing ------------------------------------------------------------------------------

    async def free_ite(self, device: ItsDevice, ite: Ite) -> None:
        """Forget an event, and drop its reference to the LPI (its_free_ite)."""
        self.its.its_lock.assert_held()
        del device.itt[ite.event_id]
        irq = ite.irq
        if irq is not None:
            await self.its.vm.lpi_control.unmap_lpi(irq)
            await self.its.vm.put_irq(irq)
        ite.free()

    async def free_device(self, device: ItsDevice) -> None:
        """Forget a device with all its events; empties the cache (vgic_its_free_device)."""
        for ite in list(device.itt.values()):
            await self.free_ite(device, ite)
        await self.its.invalidate_cache()
        rest = tuple([other for other in self.device_list[device.device_id] if other is not device])
        if rest:
            self.device_list[device.device_id] = rest
        else:
            del self.device_list[device.device_id]
        device.free()

    def free_collection(self, collection_id: int) -> None:
        """Forget a collection; its events have none from now on (vgic_its_free_collection)."""
        self.its.its_lock.assert_held()
        collection = self.collection_list.pop(collection_id, None)
        if collection is None:
            return
        for ite in self.ites():
            if ite.collection is collection:
                ite.collection = None
        collection.free()

    async def free_device_list(self) -> None:
        """Forget all devices (vgic_its_free_device_list)."""
        for device in list(self.devices()):
            await self.free_device(device)

    def free_collection_list(self) -> None:
        """Forget all collections (vgic_its_free_collection_list)."""
        for collection_id in list(self.collection_list):
            self.free_collection(collection_id)
