"""The I/O bus: which device answers at a guest-physical address.

Writers hold ``slots_lock``, build a new sorted table and publish it whole; readers are in
an SRCU section. Ranges may overlap: the first that holds an access, in order of address, wins.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NamedTuple, Protocol

from aiovgic.arch.words import mask
from aiovgic.errors import UapiError
from aiovgic.sync import ACQUIRE, RELEASE, Part

if TYPE_CHECKING:
    from aiovgic.model.mmio import IodevType
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm
    from aiovgic.sync import Parts

NR_IOBUS_DEVS = 1000


class IoDevice(Protocol):
    """What sits on the bus (struct kvm_io_device)."""

    name: str
    ident: str
    freed: bool

    @property
    def iodev_type(self) -> IodevType:
        """What it is."""

    async def read(self, vcpu: Vcpu, offset: int, length: int) -> int:
        """The value a guest reads."""

    async def write(self, vcpu: Vcpu, offset: int, length: int, value: int) -> None:
        """What a guest's write does."""


class Range(NamedTuple):
    """One device and where it answers (struct kvm_io_range)."""

    base: int
    length: int
    device: IoDevice

    @property
    def end(self) -> int:
        """Where it ends, as 64 bits have it."""
        return wrapped(self.base + self.length)

    def holds(self, addr: int, length: int) -> bool:
        """Whether the whole access lies inside (kvm_io_bus_cmp is zero).

        An access that wraps around ends below every range, so every range holds it.
        """
        return self.base <= addr and wrapped(addr + length) <= self.end


class Bus(Part):
    """The MMIO bus of a VM (struct kvm_io_bus)."""

    def __init__(self, parts: Parts, name: str, vm: Vm) -> None:
        super().__init__(parts, name)
        self.vm = vm
        # Published as a whole (rcu_assign_pointer), so readers need no lock.
        self.ranges = self.shared("ranges", no_ranges())

    async def register(self, base: int, length: int, device: IoDevice) -> None:
        """Add a device (kvm_io_bus_register_dev). Raises ENOSPC when the bus is full, ENOMEM."""
        self.vm.slots_lock.assert_held()
        now = await self.ranges.load()
        if len(now) >= NR_IOBUS_DEVS:
            raise UapiError(errno.ENOSPC, f"the bus has {NR_IOBUS_DEVS} devices")
        await self.vm.faults.alloc("kvm_io_bus")
        await self.ranges.store(self.inserted(now, Range(base, length, device)), RELEASE)
        await self.vm.srcu.synchronize()

    async def unregister(self, device: IoDevice) -> None:
        """Take a device off, if it is there (kvm_io_bus_unregister_dev). Needs no memory, so it never fails."""
        self.vm.slots_lock.assert_held()
        now = await self.ranges.load()
        for i, here in enumerate(now):
            if here.device is device:
                await self.ranges.store(now[:i] + now[i + 1 :], RELEASE)
                await self.vm.srcu.synchronize()
                return

    def inserted(self, now: tuple[Range, ...], new: Range) -> tuple[Range, ...]:
        """The table with ``new`` in its place: sorted by address, after those it overlaps."""
        place = 0
        while place < len(now) and self.precedes(now[place], new):
            place += 1
        return (*now[:place], new, *now[place:])

    def precedes(self, old: Range, new: Range) -> bool:
        """Whether ``old`` stays before ``new`` (kvm_io_bus_cmp is not above zero)."""
        if old.base < new.base:
            return True
        return old.end <= new.end

    async def find(self, addr: int, length: int) -> Range | None:
        """The device that answers an access, if any (kvm_io_bus_get_first_dev). In ``vm.srcu.read()``."""
        self.vm.srcu.assert_reading()
        now = await self.ranges.load(ACQUIRE)
        place = self.search(now, addr, length)
        if place is None:
            return None
        while place > 0 and now[place - 1].holds(addr, length):
            place -= 1
        return now[place]

    def search(self, now: tuple[Range, ...], addr: int, length: int) -> int | None:
        """Some range that holds the access, by bisection; ranges that overlap may hide one another."""
        first, count = 0, len(now)
        while count:
            middle = first + count // 2
            here = now[middle]
            if here.holds(addr, length):
                return middle
            if addr >= here.base:
                first = middle + 1
                count -= 1
            count //= 2
        return None


def wrapped(end: int) -> int:
    """What 64 bits keep of an address."""
    return end & mask(63, 0)


def no_ranges() -> tuple[Range, ...]:
    """The table of a new bus."""
    return ()
