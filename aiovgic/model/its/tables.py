"""The tables an ITS keeps in guest memory: where an entry is, and whether it can be there."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NamedTuple

from aiovgic.arch.entries import ENTRY_SIZE, L1Entry
from aiovgic.arch.gits import BASER_PAGE, VITS_TYPER_DEVBITS, Baser
from aiovgic.errors import UapiError
from aiovgic.sync import Part

if TYPE_CHECKING:
    from aiovgic.model.its.its import Its
    from aiovgic.model.its.records import ItsDevice
    from aiovgic.sync import Parts

IDS_PER_PAGE = BASER_PAGE // ENTRY_SIZE
NR_DEVICE_IDS: int = 2**VITS_TYPER_DEVBITS


class Entry(NamedTuple):
    """An entry of the device table or of the collection table."""

    gpa: int
    table: int
    """The value of GITS_BASERn that describes the table."""


class ItsTables(Part):
    """Device table, collection table and ITTs (ABI revision 0: every entry has 8 bytes).

    KVM reads guest memory inside an SRCU section of its own, against changes of the memory
    slots. Those never change here while a vCPU runs, so that section is left out.
    """

    def __init__(self, parts: Parts, name: str, its: Its) -> None:
        super().__init__(parts, name)
        self.its = its
        self.memory = its.vm.memory

    # -- where entries are --------------------------------------------------------------------

    async def device_entry(self, device_id: int) -> Entry | None:
        """Where a device's entry is, or None where there is no place for it (vgic_its_check_id)."""
        if device_id >= NR_DEVICE_IDS:
            return None
        return await self.entry(await self.its.baser_device_table.load(), device_id)

    async def collection_entry(self, collection_id: int) -> Entry | None:
        """Where a collection's entry is, or None where the table is too short for this ICID (vgic_its_check_id)."""
        return await self.entry(await self.its.baser_coll_table.load(), collection_id)

    async def entry(self, table: int, number: int) -> Entry | None:
        """Entry ``number`` of the table that this value of GITS_BASERn describes."""
        gpa = await self.entry_address(Baser(table), number)
        return None if gpa is None else Entry(gpa, table)

    async def entry_address(self, baser: Baser, number: int) -> int | None:
        """Where entry ``number`` of a table is, flat or indirect. BASER.Valid is not looked at."""
        if baser.indirect:
            return await self.indirect_address(baser, number)
        if number >= baser.size_bytes // ENTRY_SIZE:
            return None
        return self.if_visible(baser.base + number * ENTRY_SIZE)

    async def indirect_address(self, baser: Baser, number: int) -> int | None:
        """Where an entry of an indirect table is: the first level has an entry for each 64 KiB page of the second."""
        index, rest = divmod(number, IDS_PER_PAGE)
        if index >= baser.size_bytes // ENTRY_SIZE:
            return None
        raw = await self.memory.read_u64(baser.base + index * ENTRY_SIZE)
        if raw is None:
            return None
        level1 = L1Entry(raw)
        if not level1.valid:
            return None
        return self.if_visible(level1.base + rest * ENTRY_SIZE)

    def if_visible(self, gpa: int) -> int | None:
        """The address, if it is guest memory (__is_visible_gfn_locked)."""
        return gpa if self.memory.is_visible(gpa) else None

    def check_event_id(self, device: ItsDevice, event_id: int) -> bool:
        """Whether a device may have this event, and memory for it (vgic_its_check_event_id)."""
        return event_id < device.nr_events() and self.memory.is_visible(self.ite_address(device, event_id))

    def ite_address(self, device: ItsDevice, event_id: int) -> int:
        """Where an event's entry is."""
        return device.itt_addr + event_id * ENTRY_SIZE

    # -- reading and writing entries ------------------------------------------------------------

    async def write_entry(self, gpa: int, value: int) -> None:
        """Write one entry (vgic_its_write_entry_lock). Raises EFAULT."""
        if not await self.memory.write_u64(gpa, value):
            raise self.no_memory(gpa)

    async def read_entry(self, gpa: int) -> int:
        """Read one entry. Raises EFAULT."""
        value = await self.memory.read_u64(gpa)
        if value is None:
            raise self.no_memory(gpa)
        return value

    def no_memory(self, gpa: int) -> UapiError:
        """The error for a table outside guest memory."""
        return UapiError(errno.EFAULT, f"{gpa:#x} is not memory")
