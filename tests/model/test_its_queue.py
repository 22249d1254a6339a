"""The command queue: cursors, wrapping, and what runs when (docs/facts/its.md#4)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import Mapc, Unknown
from tests.machines import ITS
from tests.model.its_guest import CBASER, CREADR, CTLR, CWRITER, NO_MEMORY, RING, VALID, ItsGuest

QUIESCENT = 1 << 31
SLOTS = 128
"""Commands that the ring has room for."""


def cursors(guest: ItsGuest) -> tuple[int, int]:
    """CWRITER and CREADR."""
    return guest.read(CWRITER), guest.read(CREADR)


def test_a_ring_is_empty_again_as_soon_as_the_store_is_done() -> None:
    guest = ItsGuest()
    guest.send(Mapc(0, 0), Mapc(1, 1))
    assert cursors(guest) == (64, 64)
    assert guest.read(CTLR, 4) == QUIESCENT | 1


def test_the_ring_wraps_at_its_end() -> None:
    guest = ItsGuest()
    for number in range(SLOTS + 2):
        guest.send(Mapc(number, 0))
    assert cursors(guest) == (64, 64)
    assert sorted(guest.collections) == list(range(SLOTS + 2))


def test_commands_across_the_end_are_done_in_one_go() -> None:
    guest = ItsGuest()
    for _ in range(SLOTS - 1):
        guest.send(Unknown(0xFF))
    guest.send(Mapc(5, 0), Mapc(6, 1))
    assert guest.collections == {5: 0, 6: 1}
    assert cursors(guest) == (32, 32)


def test_a_cursor_that_is_where_it_was_means_nothing_to_do() -> None:
    guest = ItsGuest()
    guest.put(Mapc(5, 0))
    guest.reg(CWRITER, 0)
    assert guest.collections == {}


@pytest.mark.parametrize(
    ("value", "cursor"),
    [
        pytest.param(0x1000, 0, id="at the ring's end"),
        pytest.param(0xFFFE0, 0, id="far past it"),
        pytest.param(0x3F, 0x20, id="bits below a command are cut"),
        pytest.param(1 << 20 | 0x20, 0x20, id="bits above a cursor are cut"),
        pytest.param(1 << 63 | 0x20, 0x20, id="the upper word is cut"),
    ],
)
def test_cwriter_stays_inside_the_ring(value: int, cursor: int) -> None:
    guest = ItsGuest()
    guest.reg(CWRITER, value)
    assert cursors(guest) == (cursor, cursor)


def test_a_cursor_past_the_end_leaves_what_is_in_the_ring_undone() -> None:
    guest = ItsGuest(on=False)
    guest.send(Mapc(5, 0))
    guest.reg(CTLR, 0, size=4)
    guest.reg(CWRITER, 0x1000)
    assert cursors(guest) == (32, 0)


def test_a_write_of_the_upper_half_does_what_is_in_the_ring() -> None:
    guest = ItsGuest()
    guest.send(Mapc(5, 0))
    guest.bench.write(ITS + CWRITER + 4, 0xFFFFFFFF, 4)
    assert cursors(guest) == (32, 32)


def test_commands_wait_while_the_its_is_off() -> None:
    guest = ItsGuest(on=False)
    guest.send(Mapc(5, 0))
    assert cursors(guest) == (32, 0)
    assert guest.read(CTLR, 4) == 0
    guest.reg(CTLR, 1, size=4)
    assert cursors(guest) == (32, 32)
    assert guest.collections == {5: 0}


def test_turning_an_its_on_again_does_what_has_come_since() -> None:
    guest = ItsGuest()
    guest.send(Mapc(5, 0))
    guest.reg(CTLR, 0, size=4)
    guest.send(Mapc(6, 0))
    assert list(guest.collections) == [5]
    guest.reg(CTLR, 1, size=4)
    assert list(guest.collections) == [5, 6]


def test_a_command_that_is_not_in_memory_is_skipped() -> None:
    guest = ItsGuest(on=False)
    guest.reg(CBASER, VALID | NO_MEMORY)
    guest.reg(CTLR, 1, size=4)
    guest.reg(CWRITER, 64)
    assert cursors(guest) == (64, 64)
    assert guest.collections == {}


@pytest.mark.parametrize("missing", [0x100, 0x108, CBASER], ids=["device table", "collection table", "ring"])
def test_an_its_is_not_turned_on_without_its(missing: int) -> None:
    guest = ItsGuest(on=False)
    guest.reg(missing, 0)
    guest.reg(CTLR, 1, size=4)
    assert guest.read(CTLR, 4) == QUIESCENT


@pytest.mark.parametrize("offset", [0x100, 0x108, CBASER], ids=["device table", "collection table", "ring"])
def test_while_it_is_on_nothing_is_put_elsewhere(offset: int) -> None:
    guest = ItsGuest()
    before = guest.read(offset)
    guest.reg(offset, 0)
    assert guest.read(offset) == before


@pytest.mark.parametrize(
    ("offset", "value", "size"),
    [
        pytest.param(CBASER, VALID | RING, 8, id="of the same value"),
        pytest.param(CBASER, RING, 4, id="of the lower half"),
        pytest.param(CBASER + 4, 1 << 31, 4, id="of the upper half"),
    ],
)
def test_a_write_of_cbaser_empties_the_ring(offset: int, value: int, size: int) -> None:
    guest = ItsGuest(on=False)
    guest.send(Mapc(5, 0))
    guest.reg(offset, value, size)
    guest.reg(CTLR, 1, size=4)
    assert cursors(guest) == (0, 0)
    assert guest.collections == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param(VALID | 0x40305000 | 3, VALID | 3 << 59 | 0x40300000 | 3, id="aligned to 64 KiB"),
        pytest.param(VALID | 2 << 59 | RING, VALID | 2 << 59 | RING, id="an inner cacheability that is kept"),
        pytest.param(VALID | 1 << 59 | RING, VALID | 3 << 59 | RING, id="an inner cacheability that is not"),
        pytest.param(VALID | 2 << 10 | RING, VALID | 3 << 59 | 1 << 10 | RING, id="outer shareable becomes inner"),
        pytest.param(VALID | 3 << 53 | RING, VALID | 3 << 59 | RING, id="an outer cacheability that is not kept"),
    ],
)
def test_cbaser_keeps_what_kvm_can(written: int, read: int) -> None:
    guest = ItsGuest(on=False)
    guest.reg(CBASER, written)
    assert guest.read(CBASER) == read


def test_a_longer_ring_wraps_later() -> None:
    guest = ItsGuest(on=False)
    guest.reg(CBASER, VALID | RING | 0xFF)
    guest.reg(CTLR, 1, size=4)
    guest.reg(CWRITER, 0xFFFE0)
    assert cursors(guest) == (0xFFFE0, 0xFFFE0)


def test_creadr_is_the_its_own() -> None:
    guest = ItsGuest(on=False)
    guest.reg(CREADR, 64)
    assert cursors(guest) == (0, 0)
