"""Restoring and resetting an ITS (docs/facts/its.md#5.2)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import Mapc, Mapd, Mapti
from tests.machines import REDIST
from tests.model.its_guest import (
    BASER0,
    BASER1,
    COLLECTIONS,
    CREADR,
    CTLR,
    CWRITER,
    DEVICES,
    ITT,
    ITT2,
    LPI,
    NO_MEMORY,
    UNMAPPED,
    VALID,
    ItsGuest,
    cte,
    dte,
    ite,
)

SAVE, RESTORE, RESET = "ITS_SAVE_TABLES", "ITS_RESTORE_TABLES", "ITS_CTRL_RESET"


def two_devices() -> ItsGuest:
    """Devices 5 and 2, mapped in that order, with events that came out of order."""
    guest = ItsGuest()
    guest.map((7, LPI + 7, 1), (3, LPI + 3, 0), device=5, itt=ITT2)
    guest.send(Mapd(2, 3, ITT), Mapti(2, 0, LPI, 0))
    return guest


def empty() -> ItsGuest:
    """An ITS that has its tables and nothing in them, and is off."""
    return ItsGuest(on=False)


def test_what_was_saved_is_restored_on_another_machine() -> None:
    guest = two_devices()
    guest.send(Mapc(9, 1), Mapti(2, 1, LPI + 1, 30))
    assert guest.ctrl(SAVE) is None
    before = (guest.collections, dict(sorted(guest.events.items())))
    assert guest.ctrl(RESET) is None
    guest.reg(BASER0, VALID | DEVICES)
    guest.reg(BASER1, VALID | COLLECTIONS)
    assert guest.ctrl(RESTORE) is None
    assert (guest.collections, guest.events) == before


def test_restored_events_read_configuration_and_pending_tables() -> None:
    guest = empty()
    guest.config(LPI)
    guest.bench.ok("mem_write", gpa=0x40020000 + LPI // 8, hex="01")
    guest.fill(COLLECTIONS, cte(0, 0))
    guest.fill(DEVICES + 16, dte(5, ITT))
    guest.fill(ITT, ite(LPI, 0))
    assert guest.ctrl(RESTORE) is None
    assert guest.take() == LPI


@pytest.mark.parametrize(
    ("entry", "errno"),
    [
        pytest.param(cte(3, 1), None, id="a collection"),
        pytest.param(cte(3, UNMAPPED), None, id="a collection of no vCPU"),
        pytest.param(cte(3, 7), "EINVAL", id="of a vCPU that there is not"),
        pytest.param(cte(8192, 0), "EINVAL", id="beyond the table"),
        pytest.param(cte(3, 7) & ~VALID, None, id="not valid, so the end"),
    ],
)
def test_a_collection_entry(entry: int, errno: str | None) -> None:
    guest = empty()
    guest.fill(COLLECTIONS, entry)
    assert guest.ctrl(RESTORE) == errno
    assert bool(guest.collections) == (errno is None and entry >= VALID)


def test_a_collection_that_is_there_already_exists_and_then_none_is_left() -> None:
    guest = empty()
    guest.fill(COLLECTIONS, cte(3, 0), cte(4, 0), cte(3, 1))
    assert guest.ctrl(RESTORE) == "EEXIST"
    assert guest.collections == {}


@pytest.mark.parametrize(
    ("device", "entry", "errno", "mapped"),
    [
        pytest.param(2, dte(5, ITT), None, [2], id="a device"),
        pytest.param(2, dte(16, ITT), None, [2], id="16 EventID bits"),
        pytest.param(2, dte(17, ITT), "EINVAL", [], id="17 EventID bits"),
        pytest.param(2, dte(5, NO_MEMORY), "EFAULT", [], id="a table of events outside memory"),
        pytest.param(2, dte(5, ITT) & ~VALID, None, [], id="not valid"),
        pytest.param(8191, dte(5, ITT), None, [8191], id="the last place of the table"),
    ],
)
def test_a_device_entry(device: int, entry: int, errno: str | None, mapped: list[int]) -> None:
    guest = empty()
    guest.fill(DEVICES + 8 * device, entry)
    assert guest.ctrl(RESTORE) == errno
    assert list(guest.its.maps.device_list) == mapped


@pytest.mark.parametrize(
    ("entry", "errno"),
    [
        pytest.param(ite(LPI, 0), None, id="an event"),
        pytest.param(ite(LPI, 0, 31), None, id="followed by the last one"),
        pytest.param(ite(LPI, 0, 32), "EINVAL", id="followed by one out of range"),
        pytest.param(ite(LPI - 1, 0), "EINVAL", id="no LPI"),
        pytest.param(ite(0, 7), None, id="INTID 0, so nothing"),
        pytest.param(ite(LPI, 7), "EINVAL", id="of no collection"),
        pytest.param(ite(1 << 17, 0), None, id="beyond PROPBASER, which is not checked"),
    ],
)
def test_an_event_entry(entry: int, errno: str | None) -> None:
    guest = empty()
    guest.fill(COLLECTIONS, cte(0, 0))
    guest.fill(DEVICES + 16, dte(5, ITT))
    guest.fill(ITT, entry)
    assert guest.ctrl(RESTORE) == errno
    assert list(guest.collections) == ([0] if errno is None else [])
    assert (guest.its.maps.find_ite(2, 0) is not None) == (errno is None and entry >> 16 != 0)


def test_entries_without_a_next_end_the_restore() -> None:
    guest = empty()
    guest.fill(DEVICES, dte(5, ITT, 2), dte(5, ITT), dte(5, ITT), dte(5, ITT))
    assert guest.ctrl(RESTORE) is None
    assert list(guest.its.maps.device_list) == [0, 2]


def test_an_indirect_device_table_is_restored_page_by_page() -> None:
    guest = empty()
    guest.reg(BASER0, VALID | 1 << 62 | DEVICES)
    guest.fill(DEVICES + 8 * 3, VALID | 0x40120000)
    guest.fill(0x40120000 + 8 * 5, dte(5, ITT))
    assert guest.ctrl(RESTORE) is None
    assert list(guest.its.maps.device_list) == [3 * 8192 + 5]


@pytest.mark.parametrize("table", [BASER0, BASER1], ids=["devices", "collections"])
def test_restoring_from_no_memory_is_a_fault(table: int) -> None:
    guest = empty()
    guest.reg(table, VALID | NO_MEMORY)
    assert guest.ctrl(RESTORE) == "EFAULT"


def test_a_restore_over_what_is_there_adds_devices_until_a_collection_is_there_twice() -> None:
    guest = two_devices()
    assert guest.ctrl(SAVE) is None
    assert guest.ctrl(RESTORE) == "EEXIST"
    assert (guest.collections, guest.events["2:0"]) == ({}, [LPI, None])


def test_reset_forgets_everything_but_the_address_and_where_tables_are() -> None:
    guest = two_devices()
    assert guest.ctrl(RESET) is None
    assert (guest.collections, guest.events, guest.known()) == ({}, {}, [])
    assert [guest.read(offset) for offset in (0x80, CWRITER, CREADR)] == [0, 0, 0]
    assert guest.read(CTLR, 4) == 1 << 31
    assert [guest.read(offset) for offset in (BASER0, BASER1)] == [0x1907000040110200, 0x1C07000040100200]


def test_reset_leaves_redistributors_alone() -> None:
    guest = two_devices()
    assert guest.ctrl(RESET) is None
    assert guest.bench.read(REDIST) & 1 == 1
