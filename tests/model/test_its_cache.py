"""The translation cache: what fills it, and what empties it (docs/facts/its.md#3, the cache flush column)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import (
    Clear,
    Command,
    Discard,
    Int,
    Inv,
    Invall,
    Mapc,
    Mapd,
    Mapti,
    Movall,
    Movi,
    Sync,
    Unknown,
)
from tests.model.its_guest import BASER0, BASER1, CBASER, CTLR, ITT, ITT2, LPI, RING, VALID, ItsGuest

ELSEWHERE = VALID | 0x40120000


def cached() -> ItsGuest:
    """Event 0 of device 2 is cached; event 1 is mapped."""
    guest = ItsGuest()
    guest.config(LPI)
    guest.map((0, LPI, 0), (1, LPI + 1, 0))
    assert guest.msi(0) == 1
    return guest


def holds_event_0(guest: ItsGuest) -> bool:
    """Whether the cache still has event 0 of device 2, without using it."""
    return bool(guest.its.cache.entries.stored())


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        pytest.param(Mapd(2, 4, ITT), False, id="MAPD of a mapped device"),
        pytest.param(Mapd(2, 4, ITT, valid=False), False, id="MAPD with V=0 of a mapped device"),
        pytest.param(Mapd(3, 4, ITT2), True, id="MAPD of a new device"),
        pytest.param(Mapd(3, 4, ITT2, valid=False), True, id="MAPD with V=0 of no device"),
        pytest.param(Mapd(2, 16, ITT), True, id="MAPD that fails"),
        pytest.param(Mapc(0, 1), True, id="MAPC to another vCPU"),
        pytest.param(Mapc(0, 0, valid=False), False, id="MAPC with V=0"),
        pytest.param(Mapc(7, 0, valid=False), False, id="MAPC with V=0 of no collection"),
        pytest.param(Mapti(2, 5, LPI + 5, 0), True, id="MAPTI"),
        pytest.param(Movi(2, 1, 1), False, id="MOVI, of another event too"),
        pytest.param(Movi(2, 0, 9), True, id="MOVI that fails"),
        pytest.param(Discard(2, 1), False, id="DISCARD, of another event too"),
        pytest.param(Discard(2, 9), True, id="DISCARD that fails"),
        pytest.param(Movall(1, 0), False, id="MOVALL"),
        pytest.param(Movall(1, 1), True, id="MOVALL to the same vCPU"),
        pytest.param(Movall(0, 9), True, id="MOVALL that fails"),
        pytest.param(Clear(2, 0), True, id="CLEAR"),
        pytest.param(Inv(2, 0), True, id="INV"),
        pytest.param(Invall(0), True, id="INVALL"),
        pytest.param(Sync(), True, id="SYNC"),
        pytest.param(Unknown(0xFF), True, id="an unknown command"),
    ],
)
def test_which_commands_empty_it(command: Command, kept: bool) -> None:
    guest = cached()
    guest.send(command)
    assert holds_event_0(guest) == kept


def test_turning_the_its_off_empties_it() -> None:
    guest = cached()
    guest.reg(CTLR, 0, size=4)
    assert not holds_event_0(guest)


@pytest.mark.parametrize("vcpu", [0, 1], ids=["the target", "another vCPU"])
def test_turning_lpis_off_anywhere_empties_it(vcpu: int) -> None:
    guest = cached()
    guest.lpis(vcpu, on=False)
    assert not holds_event_0(guest)


@pytest.mark.parametrize(
    ("offset", "value", "kept"),
    [
        pytest.param(CTLR, 1, True, id="GITS_CTLR on again"),
        pytest.param(BASER0, ELSEWHERE, True, id="a device table while on"),
        pytest.param(BASER1, ELSEWHERE, True, id="a collection table while on"),
        pytest.param(CBASER, VALID | RING, True, id="a ring while on"),
    ],
)
def test_registers_that_are_ignored_keep_it(offset: int, value: int, kept: bool) -> None:
    guest = cached()
    guest.reg(offset, value, size=4 if offset == CTLR else 8)
    assert holds_event_0(guest) == kept


def test_int_fills_it_like_an_msi() -> None:
    guest = ItsGuest()
    guest.map((0, LPI, 0))
    assert not guest.cached()
    guest.send(Int(2, 0))
    assert guest.cached()


@pytest.mark.parametrize(
    ("event", "device"),
    [(1, 2), (0, 3), (1 << 16, 2), (0, 1 << 16 | 2)],
    ids=["event", "device", "high event", "high device"],
)
def test_it_knows_only_what_was_translated(event: int, device: int) -> None:
    guest = cached()
    assert guest.msi(event, device, valid=False) == "EINVAL"


def test_a_blocked_msi_is_not_cached() -> None:
    guest = ItsGuest()
    guest.map()
    guest.send(Mapti(2, 0, LPI, 5))
    assert guest.msi(0) == 0
    assert guest.msi(0, valid=False) == "EINVAL"


def test_a_cached_msi_goes_where_mapc_has_sent_its_lpi_since() -> None:
    guest = cached()
    guest.take(0)
    guest.send(Mapc(0, 1))
    assert guest.cached()
    assert guest.take(1) == LPI


def test_a_cached_translation_holds_its_lpi_once() -> None:
    guest = cached()
    for _ in range(3):
        guest.msi(0)
    guest.take(0)
    guest.bench.ok("run", vcpu=0)
    assert guest.irq().refcount.count == 2
    guest.send(Movi(2, 1, 1))
    assert guest.irq().refcount.count == 1


def test_an_event_that_is_mapped_anew_is_cached_anew() -> None:
    guest = cached()
    guest.config(LPI + 7)
    guest.send(Discard(2, 0), Mapti(2, 0, LPI + 7, 1))
    assert guest.msi(0) == 1
    assert guest.cached()
    assert guest.take(1) == LPI + 7
