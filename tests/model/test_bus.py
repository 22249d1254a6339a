"""The I/O bus: which device answers where, and how many fit (docs/facts/registers.md#1, docs/facts/uapi.md#1)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiovgic.errors import UapiError
from aiovgic.model.bus import NR_IOBUS_DEVS, Bus
from aiovgic.model.mmio import IodevType
from tests.machines import DIST, ITS, REDIST, Bench, gicv3
from tests.uapi.vmm import Vmm

TOP = 1 << 64


class Answerer:
    """A device that is only its name."""

    freed = False
    iodev_type = IodevType.DIST

    def __init__(self, name: str) -> None:
        self.name = self.ident = name

    async def read(self, vcpu: object, offset: int, length: int) -> int:
        return 0

    async def write(self, vcpu: object, offset: int, length: int, value: int) -> None:
        """Nothing."""


class Board:
    """A bus, and devices that are put on it."""

    def __init__(self) -> None:
        bench = Bench()
        bench.ok("create_vm")
        self.vm = bench.vm
        self.rt = bench.rt

    def add(self, base: int, length: int, name: str) -> Answerer:
        """Put a device on the bus."""
        device = Answerer(name)
        self.rt.finish(self.register(base, length, device))
        return device

    async def register(self, base: int, length: int, device: Answerer) -> None:
        """Register, as KVM does, with slots_lock."""
        async with self.vm.slots_lock:
            await self.vm.bus.register(base, length, device)

    def remove(self, device: Answerer) -> None:
        """Take a device off the bus."""
        self.rt.finish(self.unregister(device))

    async def unregister(self, device: Answerer) -> None:
        """Unregister, as KVM does, with slots_lock."""
        async with self.vm.slots_lock:
            await self.vm.bus.unregister(device)

    def at(self, addr: int, length: int = 4) -> str | None:
        """Who answers an access."""
        return self.rt.finish(self.find(addr, length))

    async def find(self, addr: int, length: int) -> str | None:
        """Look it up, as KVM does, in an SRCU section."""
        async with self.vm.srcu.read():
            hit = await self.vm.bus.find(addr, length)
        return None if hit is None else hit.device.name


@pytest.mark.parametrize(
    ("addr", "length", "name"),
    [
        pytest.param(0xFFF, 1, None, id="just below"),
        pytest.param(0x1000, 8, "a", id="the first bytes"),
        pytest.param(0x1FF8, 8, "a", id="the last bytes"),
        pytest.param(0x1FFC, 8, None, id="across the end"),
        pytest.param(0x0FFC, 8, None, id="across the beginning"),
        pytest.param(0x2000, 1, None, id="just above"),
        pytest.param(0x1800, 0x1000, None, id="longer than what is left"),
    ],
)
def test_a_device_answers_what_lies_inside_its_range(addr: int, length: int, name: str | None) -> None:
    board = Board()
    board.add(0x1000, 0x1000, "a")
    assert board.at(addr, length) == name


def test_an_access_across_two_neighbours_is_nobodys() -> None:
    board = Board()
    board.add(0x1000, 0x1000, "low")
    board.add(0x2000, 0x1000, "high")
    assert [board.at(0x1FFC), board.at(0x1FFE), board.at(0x2000)] == ["low", None, "high"]


@pytest.mark.parametrize("order", [("low", "high"), ("high", "low")], ids=["low first", "high first"])
def test_of_two_that_overlap_the_lower_answers_where_both_are(order: tuple[str, str]) -> None:
    board = Board()
    places = {"low": 0x1000, "high": 0x1800}
    for name in order:
        board.add(places[name], 0x1000, name)
    assert [board.at(0x1000), board.at(0x1800), board.at(0x2000)] == ["low", "low", "high"]


def test_of_two_in_the_same_place_the_first_answers_until_it_goes() -> None:
    board = Board()
    first = board.add(0x1000, 0x1000, "first")
    board.add(0x1000, 0x1000, "second")
    assert board.at(0x1000) == "first"
    board.remove(first)
    assert board.at(0x1000) == "second"


def test_a_device_that_is_on_the_bus_twice_is_taken_off_once() -> None:
    board = Board()
    device = board.add(0x1000, 0x1000, "twice")
    board.rt.finish(board.register(0x8000, 0x1000, device))
    board.remove(device)
    assert [board.at(0x1000), board.at(0x8000)] == [None, "twice"]


def test_taking_off_what_is_not_there_is_no_error() -> None:
    board = Board()
    board.remove(Answerer("stranger"))
    assert board.vm.bus.ranges.value == ()


def test_the_bus_has_room_for_1000_devices() -> None:
    board = Board()
    for number in range(NR_IOBUS_DEVS):
        device = board.add(number * 0x1000, 0x1000, str(number))
    with pytest.raises(UapiError, match="ENOSPC"):
        board.add(0x1000000, 0x1000, "one too many")
    board.remove(device)
    board.add(0x1000000, 0x1000, "the last")
    assert [board.at(0x1000000), board.at(500 * 0x1000)] == ["the last", "500"]


def test_an_its_that_finds_the_bus_full_can_be_addressed_later() -> None:
    vmm = Vmm(1, "vgic-v3", "vgic-its")
    vmm.rt.finish(fill(vmm.vm.bus, Answerer("filler")))
    assert vmm.set("ADDR", "ITS", ITS, dev=1) == "ENOSPC"
    assert vmm.get("ADDR", "ITS", dev=1) == TOP - 1


async def fill(bus: Bus, device: Answerer) -> None:
    """Fill the bus to its last place."""
    async with bus.vm.slots_lock:
        for number in range(NR_IOBUS_DEVS):
            await bus.register(0x1000000 + number * 0x1000, 0x1000, device)


@settings(max_examples=100, deadline=None)
@given(
    ranges=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=8),
    addr=st.integers(0, 40),
    length=st.integers(1, 4),
)
def test_whatever_is_found_holds_the_access_and_without_overlap_it_is_always_found(
    ranges: list[tuple[int, int]], addr: int, length: int
) -> None:
    board = Board()
    for base, size in ranges:
        board.add(base, size, f"{base}+{size}")
    holding = {f"{base}+{size}" for base, size in ranges if base <= addr and addr + length <= base + size}
    found = board.at(addr, length)
    assert found is None or found in holding
    if not overlapping(ranges):
        assert (found is None) == (not holding)


def overlapping(ranges: list[tuple[int, int]]) -> bool:
    """Whether any two ranges touch the same byte."""
    return any(a < b + n and b < a + m for i, (a, m) in enumerate(ranges) for b, n in ranges[i + 1 :])


@pytest.mark.parametrize(
    ("addr", "size"),
    [
        pytest.param(DIST + 0x40, 4, id="GICD_SETSPI_NSR"),
        pytest.param(DIST + 0x104, 2, id="half of a register"),
        pytest.param(DIST + 0x104, 1, id="a byte of a register without bytes"),
        pytest.param(DIST + 0x104, 8, id="two registers at once"),
        pytest.param(DIST + 0x106, 4, id="a misaligned word"),
        pytest.param(DIST + 0x7FFC, 4, id="beyond the interrupts there are"),
        pytest.param(REDIST + 0x40, 8, id="GICR_SETLPIR"),
    ],
)
def test_inside_a_frame_an_access_that_is_none_reads_zero_and_never_leaves(addr: int, size: int) -> None:
    bench = gicv3()
    bench.write(DIST + 0x104, 0xFFFFFFFF)
    bench.write(addr, 0, size)
    assert bench.read(addr, size) == 0
    assert bench.read(DIST + 0x104) == 0xFFFFFFFF


def test_an_access_across_the_end_of_a_frame_leaves_to_userspace() -> None:
    assert "mmio_exit" in gicv3().ok("mmio_read", vcpu=0, addr=DIST + 0xFFFC, size=8)
