"""The commands that map and unmap devices, collections and events (docs/facts/its.md#3)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import (
    Command,
    Discard,
    Int,
    Mapc,
    Mapd,
    Mapi,
    Mapti,
    Movi,
)
from tests.model.its_guest import CWRITER, ITT, ITT2, LPI, NO_MEMORY, ItsGuest


def mapped() -> ItsGuest:
    """Event 0 is LPI 8192 and enabled, event 1 is LPI 8193 and disabled; both in collection 0."""
    guest = ItsGuest()
    guest.config(LPI)
    guest.map((0, LPI, 0), (1, LPI + 1, 0))
    return guest


def test_mapd_of_a_mapped_device_forgets_its_events_even_if_nothing_changes() -> None:
    guest = mapped()
    guest.send(Mapd(2, 4, ITT))
    assert guest.events == {}
    assert guest.known() == []


def test_mapd_with_v_0_clears_the_entry_in_memory() -> None:
    guest = mapped()
    guest.fill(0x40110000 + 8 * 2, 0xFFFFFFFFFFFFFFFF)
    guest.send(Mapd(2, 4, ITT, valid=False))
    assert guest.memory(0x40110000 + 8 * 2) == 0
    assert guest.msi(0) == 0


def test_mapd_writes_no_entry_and_looks_at_no_memory() -> None:
    guest = ItsGuest()
    guest.send(Mapd(3, 4, NO_MEMORY))
    assert guest.memory(0x40110000 + 8 * 3) == 0
    assert list(guest.its.maps.device_list) == [3]


def test_mapti_wants_memory_for_its_entry() -> None:
    guest = ItsGuest()
    guest.send(Mapc(0, 0), Mapd(3, 4, NO_MEMORY), Mapti(3, 0, LPI, 0))
    assert guest.events == {}


def test_mapti_makes_a_collection_that_is_not_mapped_and_its_lpi_has_no_target() -> None:
    guest = mapped()
    guest.send(Mapti(2, 5, LPI + 5, 6))
    assert guest.collections[6] is None
    assert guest.lpi(LPI + 5)["target"] is None


def test_mapti_to_a_known_lpi_shares_its_state() -> None:
    guest = mapped()
    guest.msi(1)
    guest.send(Mapti(2, 5, LPI + 1, 1))
    assert guest.lpi(LPI + 1)["latch"]
    assert guest.lpi(LPI + 1)["target"] == "vcpu0"


def test_mapi_maps_an_event_to_the_lpi_of_its_number() -> None:
    guest = ItsGuest()
    guest.config(8300)
    guest.send(Mapc(0, 0), Mapd(2, 15, ITT), Mapi(2, 8300, 0), Int(2, 8300))
    assert guest.events == {"2:8300": [8300, 0]}
    assert guest.take() == 8300


def test_mapc_of_a_mapped_collection_moves_its_lpis_too() -> None:
    guest = mapped()
    guest.msi(0)
    guest.send(Mapc(0, 1))
    assert guest.lpi()["target"] == "vcpu1"
    assert guest.lpi()["listed"] == "vcpu1"


def test_mapc_with_v_0_takes_the_collection_away_and_leaves_the_target() -> None:
    guest = mapped()
    guest.send(Mapc(0, 9, valid=False))
    assert guest.events == {"2:0": [LPI, None], "2:1": [LPI + 1, None]}
    assert guest.lpi()["target"] == "vcpu0"
    assert guest.msi(0) == 0


def test_a_collection_that_comes_back_gets_its_events_not_back() -> None:
    guest = mapped()
    guest.send(Mapc(0, 0, valid=False), Mapc(0, 1))
    assert guest.events["2:0"] == [LPI, None]
    assert guest.lpi()["target"] == "vcpu0"


@pytest.mark.parametrize("command", [Movi(2, 0, 1), Discard(2, 0)], ids=["MOVI", "DISCARD"])
def test_an_event_without_collection_can_be_neither_moved_nor_discarded(command: Command) -> None:
    guest = mapped()
    guest.send(Mapc(0, 0, valid=False), command)
    assert guest.events["2:0"] == [LPI, None]


def test_discard_clears_the_entry_in_memory_and_lets_the_lpi_go() -> None:
    guest = mapped()
    guest.fill(ITT + 8, 0xFFFFFFFFFFFFFFFF)
    guest.send(Discard(2, 1))
    assert guest.memory(ITT + 8) == 0
    assert guest.known() == [LPI]


def test_an_lpi_that_is_listed_outlives_its_event() -> None:
    guest = mapped()
    guest.msi(0)
    guest.put(Discard(2, 0))
    guest.bench.write(0x08080000 + CWRITER, guest.cursor, 8, vcpu=1)
    assert guest.events == {"2:1": [LPI + 1, 0]}
    assert guest.take() == LPI
    guest.bench.ok("run", vcpu=0)
    assert guest.known() == [LPI + 1]


def test_two_devices_do_not_share_events() -> None:
    guest = mapped()
    guest.map((0, LPI + 7, 1), device=9, itt=ITT2)
    assert guest.events == {"2:0": [LPI, 0], "2:1": [LPI + 1, 0], "9:0": [LPI + 7, 1]}
