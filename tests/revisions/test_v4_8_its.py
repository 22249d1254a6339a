"""The ITS of Linux 4.8 as its guest sees it, against that of 6.12 (docs/facts/uapi.md#13 and #17)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import Discard, Mapc, Mapd, Mapti
from aiovgic.revisions import layers_of
from tests.machines import REDIST
from tests.model.its_guest import (
    BASER0,
    CTLR,
    DEVICES,
    ITT,
    LPI,
    NO_MEMORY,
    PEND,
    UNMAPPED,
    VALID,
    ItsGuest,
)

IIDR, TYPER = 0x4, 0x8
BOTH = ("v4.8", "v6.12")


def guest_of(revision: str, *, on: bool = True, lpis_on: bool = True) -> ItsGuest:
    """A guest whose ITS is up, on a revision."""
    return ItsGuest(on=on, lpis_on=lpis_on, layers=layers_of(revision))


def mapped(revision: str) -> ItsGuest:
    """Event 0 of a device is LPI 8192, in collection 0."""
    guest = guest_of(revision)
    guest.config(LPI)
    guest.map((0, LPI, 0))
    return guest


@pytest.mark.parametrize("revision", BOTH)
def test_an_msi_is_delivered(revision: str) -> None:
    guest = mapped(revision)
    assert guest.msi(0) == 1


def test_the_size_of_an_entry_is_not_said() -> None:
    assert [guest_of(revision).read(TYPER) for revision in BOTH] == [0x1EF01, 0x1EF71]
    assert [guest_of(revision).read(IIDR, 4) for revision in BOTH] == [0x4B00043B] * 2


def test_the_its_goes_on_without_tables_and_does_nothing_about_it() -> None:
    for revision, on in zip(BOTH, (1, 0), strict=True):
        guest = guest_of(revision, on=False)
        guest.reg(BASER0, 0)
        guest.reg(CTLR, 1, size=4)
        assert guest.read(CTLR, 4) & 1 == on, revision


def test_commands_are_done_while_the_its_is_off_and_not_when_it_goes_on() -> None:
    for revision, events in zip(BOTH, ((0,), ()), strict=True):
        guest = guest_of(revision, on=False)
        guest.map((0, LPI, 0))
        assert len(guest.events) == len(events), revision
        guest.reg(CTLR, 1, size=4)
        assert len(guest.events) == 1, revision


def test_a_table_written_again_forgets_nothing() -> None:
    for revision, left in zip(BOTH, (1, 0), strict=True):
        guest = mapped(revision)
        guest.reg(CTLR, 0, size=4)
        guest.reg(BASER0, DEVICES)
        assert len(guest.events) == left, revision


def test_tables_are_within_48_bits() -> None:
    for revision, high in zip(BOTH, (0, 0xF000), strict=True):
        guest = guest_of(revision, on=False)
        guest.reg(BASER0, VALID | DEVICES | 0xF000)
        assert guest.read(BASER0) & 0xF000 == high, revision


def test_mapd_and_mapti_do_not_look_at_the_table_of_a_device() -> None:
    for revision, events in zip(BOTH, (1, 0), strict=True):
        guest = guest_of(revision)
        guest.send(Mapc(0, 0), Mapd(2, 31, NO_MEMORY), Mapti(2, 0x12345, LPI, 0))
        assert len(guest.events) == events, revision


def test_mapd_and_discard_leave_memory_alone() -> None:
    for revision, left in zip(BOTH, (UNMAPPED, 0), strict=True):
        guest = mapped(revision)
        guest.fill(ITT, UNMAPPED)
        guest.fill(DEVICES + 8 * 2, UNMAPPED)
        guest.send(Discard(2, 0))
        assert guest.events == {}
        guest.send(Mapd(2, 4, ITT, valid=False))
        assert guest.memory(ITT) == left, revision
        assert guest.memory(DEVICES + 8 * 2) == left, revision


def test_an_event_is_discarded_though_its_collection_has_no_vcpu() -> None:
    for revision, left in zip(BOTH, (0, 1), strict=True):
        guest = guest_of(revision)
        guest.send(Mapd(2, 4, ITT), Mapti(2, 0, LPI, 5), Discard(2, 0))
        assert len(guest.events) == left, revision


def test_translations_are_not_cached() -> None:
    for revision, cached in zip(BOTH, (False, True), strict=True):
        guest = mapped(revision)
        guest.msi(0)
        assert guest.cached() == cached, revision


def test_turning_lpis_on_takes_the_bits_of_all_lpis() -> None:
    for revision, latched in zip(BOTH, (True, False), strict=True):
        guest = guest_of(revision, lpis_on=False)
        guest.send(Mapc(0, 0), Mapc(1, 1), Mapd(2, 4, ITT), Mapti(2, 0, LPI, 1))
        guest.bench.write(REDIST + 0x78, PEND, 8)
        guest.fill(PEND + LPI // 8, 1)
        guest.lpis(0, on=True)
        assert guest.irq(LPI).pending_latch == latched, revision
