"""What an ITS remembers: devices, their events, and collections. its_lock guards all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.entries import COLLECTION_NOT_MAPPED
from aiovgic.sync import Guarded, GuardedMap, Part

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.sync import Parts


class ItsCollection(Part):
    """One collection (struct its_collection): events that go to one vCPU together."""

    target_addr = Guarded(COLLECTION_NOT_MAPPED, by="its_lock")

    def __init__(self, parts: Parts, name: str, collection_id: int, table: int) -> None:
        super().__init__(parts, name)
        self.collection_id = collection_id
        self.table = table
        """For rules: the value of GITS_BASER1 under which it was mapped."""

    def is_mapped(self) -> bool:
        """Whether a MAPC has given it a vCPU (its_is_collection_mapped)."""
        return self.target_addr != COLLECTION_NOT_MAPPED


class Ite(Part):
    """One event of a device (struct its_ite). Its collection may be taken away; its LPI stays."""

    collection = Guarded[ItsCollection | None](None, by="its_lock")
    irq = Guarded["Irq | None"](None, by="its_lock")

    def __init__(self, parts: Parts, name: str, event_id: int) -> None:
        super().__init__(parts, name)
        self.event_id = event_id

    def is_mapped(self) -> bool:
        """Whether its collection has a vCPU."""
        collection = self.collection
        return collection is not None and collection.is_mapped()

    def lpi(self) -> Irq:
        """Its LPI; only an event still being made has none."""
        irq = self.irq
        assert irq is not None, f"{self.name} has no LPI"
        return irq


class ItsDevice(Part):
    """One device (struct its_device): where its table is, and its events in the order they came."""

    itt = GuardedMap[int, Ite](by="its_lock")

    def __init__(
        self, parts: Parts, name: str, device_id: int, itt_addr: int, num_eventid_bits: int, table: int
    ) -> None:
        super().__init__(parts, name)
        self.table = table
        """For rules: the value of GITS_BASER0 under which it was mapped."""
        self.device_id = device_id
        self.itt_addr = itt_addr
        self.num_eventid_bits = num_eventid_bits

    def nr_events(self) -> int:
        """How many events it may have."""
        return int(2**self.num_eventid_bits)
