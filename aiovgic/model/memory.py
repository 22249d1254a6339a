"""Guest memory: slots of RAM, made page by page when first written.

Every read or write of guest memory by KVM is a point of its own: the guest may access the same memory.
"""

from __future__ import annotations

from struct import iter_unpack
from typing import TYPE_CHECKING, NamedTuple

from aiovgic.arch.words import SZ_4K
from aiovgic.sync import MemoryAccess, Part

if TYPE_CHECKING:
    from aiovgic.model.faults import Faults
    from aiovgic.sync import Parts

_ZEROES = bytes(SZ_4K)


class Ram:
    """The bytes behind one memory slot; they outlive a VM when userspace keeps them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pages: dict[int, bytearray] = {}

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes at ``offset``; both inside."""
        out = bytearray()
        while length:
            page, start = divmod(offset, SZ_4K)
            step = min(length, SZ_4K - start)
            out += self.pages.get(page, _ZEROES)[start : start + step]
            offset += step
            length -= step
        return bytes(out)

    def write(self, offset: int, data: bytes) -> None:
        """Put ``data`` at ``offset``; inside."""
        done = 0
        while done < len(data):
            page, start = divmod(offset + done, SZ_4K)
            step = min(len(data) - done, SZ_4K - start)
            if page not in self.pages:
                self.pages[page] = bytearray(SZ_4K)
            self.pages[page][start : start + step] = data[done : done + step]
            done += step

    def words(self, offset: int, length: int) -> list[tuple[int, int]]:
        """(offset, value) of every 64-bit word from ``offset`` on that is not zero, ascending."""
        found: list[tuple[int, int]] = []
        end = offset + length // 8 * 8
        done = offset
        for page in sorted(self.pages):
            # A word may begin in the page before.
            first = max(done, page * SZ_4K - 7)
            first += (offset - first) % 8
            last = min(end, (page + 1) * SZ_4K + (offset - SZ_4K * page) % 8)
            if first >= last or self.pages[page] == _ZEROES:
                continue
            data = self.read(first, last - first)
            found += [(first + 8 * i, value) for i, (value,) in enumerate(iter_unpack("<Q", data)) if value]
            done = last
        return found


class Slot(NamedTuple):
    """One memory slot (struct kvm_memory_slot): guest-physical base, and the RAM behind it."""

    gpa: int
    ram: Ram

    def holds(self, gpa: int, length: int = 1) -> bool:
        """Whether [gpa, gpa + length) lies inside."""
        return self.gpa <= gpa and gpa + length <= self.gpa + self.ram.size


class Memory(Part):
    """The memory slots of a VM (struct kvm_memslots)."""

    def __init__(self, parts: Parts, name: str, faults: Faults) -> None:
        super().__init__(parts, name)
        self.faults = faults
        self.slots: tuple[Slot, ...] = ()

    def add(self, slot: Slot) -> None:
        """Add a slot (KVM_SET_USER_MEMORY_REGION)."""
        self.slots = (*self.slots, slot)

    def find(self, gpa: int, length: int = 1) -> Slot | None:
        """The slot that holds the whole range, if one does."""
        for slot in self.slots:
            if slot.holds(gpa, length):
                return slot
        return None

    def is_visible(self, gpa: int) -> bool:
        """Whether this address is guest memory (kvm_is_visible_gfn)."""
        return self.find(gpa) is not None

    async def read(self, gpa: int, length: int) -> bytes | None:
        """``length`` bytes at ``gpa``, or None where that is not all memory (kvm_read_guest)."""
        if await self.faults.copy_fails("from guest memory"):
            return None
        await MemoryAccess(self, gpa, length, write=False)
        return self.peek(gpa, length)

    async def write(self, gpa: int, data: bytes) -> bool:
        """Put ``data`` at ``gpa``; False where that is not all memory (kvm_write_guest)."""
        if await self.faults.copy_fails("to guest memory"):
            return False
        await MemoryAccess(self, gpa, len(data), write=True)
        return self.poke(gpa, data)

    async def guest_read(self, gpa: int, length: int) -> bytes | None:
        """``length`` bytes at ``gpa`` as the guest itself reads them, or None where that is not all memory."""
        await MemoryAccess(self, gpa, length, write=False, native=True)
        return self.peek(gpa, length)

    async def guest_write(self, gpa: int, data: bytes) -> bool:
        """Put ``data`` at ``gpa`` as the guest itself does; False where that is not all memory."""
        await MemoryAccess(self, gpa, len(data), write=True, native=True)
        return self.poke(gpa, data)

    async def read_u64(self, gpa: int) -> int | None:
        """The 64-bit little-endian word at ``gpa``."""
        data = await self.read(gpa, 8)
        return None if data is None else int.from_bytes(data, "little")

    async def write_u64(self, gpa: int, value: int) -> bool:
        """Write the 64-bit little-endian word at ``gpa``."""
        return await self.write(gpa, value.to_bytes(8, "little"))

    def peek(self, gpa: int, length: int) -> bytes | None:
        """Read without a point: for userspace's own mapping, and for reports."""
        slot = self.find(gpa, length)
        if slot is None:
            return None
        return slot.ram.read(gpa - slot.gpa, length)

    def poke(self, gpa: int, data: bytes) -> bool:
        """Write without a point: for userspace's own mapping."""
        slot = self.find(gpa, len(data))
        if slot is None:
            return False
        slot.ram.write(gpa - slot.gpa, data)
        return True
