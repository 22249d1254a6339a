"""Where the tables of an ITS are, flat and indirect, and which ids have a place in them (docs/facts/its.md#5.1)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import Mapc, Mapd, Mapti
from tests.model.its_guest import (
    BASER0,
    BASER1,
    COLLECTIONS,
    CTLR,
    DEVICES,
    ITT,
    LPI,
    NO_MEMORY,
    RAM_END,
    VALID,
    ItsGuest,
)

INDIRECT = 1 << 62
LEVEL2 = 0x40120000
PER_PAGE = 8192


def with_table(offset: int, value: int) -> ItsGuest:
    """An ITS that is on, one of whose tables is elsewhere."""
    guest = ItsGuest(on=False)
    guest.reg(offset, value)
    guest.reg(CTLR, 1, size=4)
    return guest


def devices(guest: ItsGuest) -> list[int]:
    """The DeviceIDs that are mapped."""
    return list(guest.its.maps.device_list)


@pytest.mark.parametrize(
    ("device", "taken"),
    [
        pytest.param(0, True, id="the first"),
        pytest.param(PER_PAGE - 1, True, id="the last of the page"),
        pytest.param(PER_PAGE, False, id="one beyond"),
        pytest.param(1 << 16, False, id="one beyond 16 bits"),
        pytest.param(0xFFFFFFFF, False, id="all ones"),
    ],
)
def test_a_flat_table_of_one_page_has_place_for_devices(device: int, taken: bool) -> None:
    guest = ItsGuest()
    guest.send(Mapd(device, 4, ITT))
    assert devices(guest) == ([device] if taken else [])


def test_eight_pages_have_place_for_every_device() -> None:
    guest = with_table(BASER0, VALID | DEVICES | 7)
    guest.send(Mapd(0xFFFF, 4, ITT), Mapd(1 << 16, 4, ITT))
    assert devices(guest) == [0xFFFF]


@pytest.mark.parametrize(
    ("collection", "taken"),
    [pytest.param(PER_PAGE - 1, True, id="the last"), pytest.param(PER_PAGE, False, id="beyond")],
)
@pytest.mark.parametrize("by", ["MAPC", "MAPTI"])
def test_a_flat_table_of_one_page_has_place_for_collections(by: str, collection: int, taken: bool) -> None:
    guest = ItsGuest()
    guest.send(Mapd(2, 4, ITT))
    guest.send(Mapc(collection, 0) if by == "MAPC" else Mapti(2, 0, LPI, collection))
    assert list(guest.collections) == ([collection] if taken else [])


@pytest.mark.parametrize(
    ("base", "device", "taken"),
    [
        pytest.param(NO_MEMORY, 0, False, id="outside memory"),
        pytest.param(RAM_END - 0x10000, PER_PAGE - 1, True, id="at the end of memory"),
        pytest.param(RAM_END, 0, False, id="just beyond memory"),
    ],
)
def test_a_flat_table_is_looked_for_in_memory(base: int, device: int, taken: bool) -> None:
    guest = with_table(BASER0, VALID | base)
    guest.send(Mapd(device, 4, ITT))
    assert devices(guest) == ([device] if taken else [])


@pytest.mark.parametrize(
    ("entry", "device", "taken"),
    [
        pytest.param(VALID | LEVEL2, 3 * PER_PAGE, True, id="the first of its page"),
        pytest.param(VALID | LEVEL2, 4 * PER_PAGE - 1, True, id="the last of its page"),
        pytest.param(VALID | LEVEL2, 4 * PER_PAGE, False, id="a page with no entry"),
        pytest.param(LEVEL2, 3 * PER_PAGE, False, id="an entry that is not valid"),
        pytest.param(VALID | NO_MEMORY, 3 * PER_PAGE, False, id="a page outside memory"),
        pytest.param(VALID | LEVEL2 | 0xFFFF, 3 * PER_PAGE, True, id="an entry with ignored bits"),
    ],
)
def test_an_indirect_table_has_a_page_for_8192_devices(entry: int, device: int, taken: bool) -> None:
    guest = with_table(BASER0, VALID | INDIRECT | DEVICES)
    guest.fill(DEVICES + 8 * 3, entry)
    guest.send(Mapd(device, 4, ITT))
    assert devices(guest) == ([device] if taken else [])


def test_an_unmapped_devices_entry_is_cleared_in_its_page_of_the_second_level() -> None:
    guest = with_table(BASER0, VALID | INDIRECT | DEVICES)
    guest.fill(DEVICES + 8 * 3, VALID | LEVEL2)
    guest.fill(LEVEL2 + 8 * 5, 0xFFFFFFFFFFFFFFFF)
    guest.send(Mapd(3 * PER_PAGE + 5, 4, ITT, valid=False))
    assert guest.memory(LEVEL2 + 8 * 5) == 0


def test_a_first_level_outside_memory_has_no_device() -> None:
    guest = with_table(BASER0, VALID | INDIRECT | NO_MEMORY)
    guest.send(Mapd(0, 4, ITT))
    assert devices(guest) == []


def test_a_second_level_is_read_anew_for_every_command() -> None:
    guest = with_table(BASER0, VALID | INDIRECT | DEVICES)
    guest.send(Mapd(0, 4, ITT))
    guest.fill(DEVICES, VALID | LEVEL2)
    guest.send(Mapd(1, 4, ITT))
    assert devices(guest) == [1]


@pytest.mark.parametrize(
    ("offset", "written", "read"),
    [
        pytest.param(BASER0, VALID | INDIRECT | DEVICES, 0xD907000040110200, id="devices, indirect"),
        pytest.param(BASER1, VALID | INDIRECT | COLLECTIONS, 0x9C07000040100200, id="collections are never indirect"),
        pytest.param(BASER0, 0xFFFFFFFFFFFFFFFF, 0xF907FFFFFFFFFEFF, id="all ones"),
        pytest.param(BASER0, 0, 0x1907000000000200, id="zero"),
        pytest.param(0x110, 0xFFFFFFFFFFFFFFFF, 0, id="a table that there is not"),
    ],
)
def test_baser_keeps_what_kvm_can(offset: int, written: int, read: int) -> None:
    guest = ItsGuest(on=False)
    guest.reg(offset, written)
    assert guest.read(offset) == read


def mapped_off() -> ItsGuest:
    """An ITS with one event, turned off again."""
    guest = ItsGuest()
    guest.map((0, LPI, 0))
    guest.reg(CTLR, 0, size=4)
    return guest


def test_a_device_table_that_is_put_elsewhere_forgets_all_devices() -> None:
    guest = mapped_off()
    guest.reg(BASER0, VALID | LEVEL2)
    assert (guest.events, guest.collections, guest.known()) == ({}, {0: 0, 1: 1}, [])


def test_a_collection_table_that_is_put_elsewhere_forgets_all_collections() -> None:
    guest = mapped_off()
    guest.reg(BASER1, VALID | LEVEL2)
    assert (guest.events, guest.collections) == ({"2:0": [LPI, None]}, {})


@pytest.mark.parametrize(("offset", "base"), [(BASER0, DEVICES), (BASER1, COLLECTIONS)], ids=["devices", "collections"])
def test_a_table_that_stays_where_it_is_keeps_everything(offset: int, base: int) -> None:
    guest = mapped_off()
    guest.reg(offset, VALID | base)
    assert (guest.events, guest.collections) == ({"2:0": [LPI, 0]}, {0: 0, 1: 1})
