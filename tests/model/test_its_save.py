"""Saving an ITS: its lists as entries in guest memory (docs/facts/its.md#5.2)."""

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


def test_devices_are_saved_by_id_each_with_the_distance_to_the_next() -> None:
    guest = two_devices()
    assert guest.ctrl(SAVE) is None
    assert guest.memory(DEVICES + 8 * 2) == dte(4, ITT, 3)
    assert guest.memory(DEVICES + 8 * 5) == dte(5, ITT2)


def test_events_are_saved_by_id_each_with_the_distance_to_the_next() -> None:
    guest = two_devices()
    assert guest.ctrl(SAVE) is None
    assert guest.memory(ITT2 + 8 * 3) == ite(LPI + 3, 0, 4)
    assert guest.memory(ITT2 + 8 * 7) == ite(LPI + 7, 1)


def test_collections_are_saved_packed_in_the_order_they_came_with_an_end_mark() -> None:
    guest = ItsGuest()
    guest.fill(COLLECTIONS, *[0xFFFFFFFFFFFFFFFF] * 4)
    guest.send(Mapc(9, 1), Mapd(2, 4, ITT), Mapti(2, 0, LPI, 4))
    assert guest.ctrl(SAVE) is None
    words = [guest.memory(COLLECTIONS + 8 * i) for i in range(4)]
    assert words == [cte(9, 1), cte(4, UNMAPPED), 0, 0xFFFFFFFFFFFFFFFF]


def test_an_event_without_collection_is_saved_as_zero_and_still_stepped_onto() -> None:
    guest = two_devices()
    guest.fill(ITT2 + 8 * 7, 0xFFFFFFFFFFFFFFFF)
    guest.send(Mapc(1, 0, valid=False))
    assert guest.ctrl(SAVE) is None
    assert [guest.memory(ITT2 + 8 * event) for event in (3, 7)] == [ite(LPI + 3, 0, 4), 0]


def test_a_distance_between_devices_is_capped_at_14_bits() -> None:
    guest = ItsGuest(on=False)
    guest.reg(BASER0, VALID | DEVICES | 7)
    guest.reg(CTLR, 1, size=4)
    guest.send(Mapd(0, 4, ITT), Mapd(20000, 4, ITT2))
    assert guest.ctrl(SAVE) is None
    assert guest.memory(DEVICES) == dte(5, ITT, 16383)
    assert guest.memory(DEVICES + 8 * 20000) == dte(5, ITT2)


@pytest.mark.parametrize(
    ("table", "errno"),
    [pytest.param(BASER0, None, id="devices, which are left out"), pytest.param(BASER1, "EFAULT", id="collections")],
)
def test_saving_into_no_memory(table: int, errno: str | None) -> None:
    guest = ItsGuest(on=False)
    guest.reg(table, VALID | NO_MEMORY)
    assert guest.ctrl(SAVE) == errno
