"""What each command of an ITS needs, and what it does; failures are silent (docs/facts/its.md#3)."""

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
    Mapi,
    Mapti,
    Movall,
    Movi,
    Sync,
    Unknown,
    decode,
    encode,
)
from tests.model.its_guest import CREADR, CWRITER, ITT, LPI, SPURIOUS, ItsGuest

WORKED_EXAMPLE: list[tuple[str, Command, tuple[int, int, int, int]]] = [
    ("MAPD", Mapd(5, 4, 0x42400000), (0x0000000500000008, 0x4, 0x8000000042400000, 0)),
    ("MAPC to vCPU 0", Mapc(1, 0), (0x9, 0, 0x8000000000000001, 0)),
    ("MAPC to vCPU 1", Mapc(1, 1), (0x9, 0, 0x8000000000010001, 0)),
    ("MAPTI", Mapti(5, 3, 8193, 1), (0x000000050000000A, 0x0000200100000003, 0x1, 0)),
    ("SYNC", Sync(), (0x5, 0, 0, 0)),
    ("INV", Inv(5, 3), (0x000000050000000C, 0x3, 0, 0)),
    ("INT", Int(5, 3), (0x0000000500000003, 0x3, 0, 0)),
    ("MOVALL", Movall(1, 0), (0xE, 0, 0x10000, 0)),
]


def mapped() -> ItsGuest:
    """Event 0 is LPI 8192 and enabled, event 1 is LPI 8193 and disabled; both in collection 0."""
    guest = ItsGuest()
    guest.config(LPI)
    guest.map((0, LPI, 0), (1, LPI + 1, 0))
    return guest


@pytest.mark.parametrize(
    ("command", "words"), [pytest.param(command, words, id=name) for name, command, words in WORKED_EXAMPLE]
)
def test_the_bytes_of_the_worked_example(command: Command, words: tuple[int, ...]) -> None:
    raw = b"".join(word.to_bytes(8, "little") for word in words)
    assert encode(command) == raw
    assert decode(raw) == command


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(Mapd(1 << 16, 4, ITT), id="MAPD of a DeviceID beyond the table"),
        pytest.param(Mapd(1 << 16, 4, ITT, valid=False), id="MAPD with V=0 of the same"),
        pytest.param(Mapd(2, 16, ITT), id="MAPD with 17 EventID bits, of a device that stays"),
        pytest.param(Mapc(7, 9), id="MAPC to no vCPU"),
        pytest.param(Mapc(0, 9), id="MAPC of a mapped collection to no vCPU"),
        pytest.param(Mapc(7, 0, valid=False), id="MAPC with V=0 of no collection"),
        pytest.param(Mapc(8192, 0), id="MAPC of a collection beyond the table"),
        pytest.param(Mapti(3, 0, LPI, 0), id="MAPTI of no device"),
        pytest.param(Mapti(2, 32, LPI, 0), id="MAPTI of an event beyond the device's"),
        pytest.param(Mapti(2, 5, LPI - 1, 0), id="MAPTI to no LPI"),
        pytest.param(Mapti(2, 5, 1 << 16, 0), id="MAPTI to an LPI beyond PROPBASER"),
        pytest.param(Mapti(2, 0, LPI + 9, 1), id="MAPTI of a mapped event"),
        pytest.param(Mapti(2, 5, LPI, 8192), id="MAPTI to a collection beyond the table"),
        pytest.param(Mapi(2, 5, 0), id="MAPI of an event that is no LPI"),
        pytest.param(Movi(2, 5, 1), id="MOVI of no event"),
        pytest.param(Movi(3, 0, 1), id="MOVI of no device"),
        pytest.param(Movi(2, 0, 7), id="MOVI to no collection"),
        pytest.param(Movall(0, 9), id="MOVALL to no vCPU"),
        pytest.param(Movall(9, 0), id="MOVALL from no vCPU"),
        pytest.param(Movall(0, 0), id="MOVALL to the same vCPU"),
        pytest.param(Int(2, 5), id="INT of no event"),
        pytest.param(Clear(2, 5), id="CLEAR of no event"),
        pytest.param(Discard(2, 5), id="DISCARD of no event"),
        pytest.param(Discard(3, 0), id="DISCARD of no device"),
        pytest.param(Inv(2, 5), id="INV of no event"),
        pytest.param(Invall(7), id="INVALL of no collection"),
        pytest.param(Sync(9), id="SYNC"),
        pytest.param(Unknown(0x22), id="VMOVP, of a GICv4"),
        pytest.param(Unknown(0xFF), id="an unknown command"),
    ],
)
def test_a_command_that_is_wrong_is_skipped_without_effect(command: Command) -> None:
    guest = mapped()
    before = (guest.collections, guest.events, [guest.lpi(intid) for intid in guest.known()])
    guest.send(command)
    assert (guest.collections, guest.events, [guest.lpi(intid) for intid in guest.known()]) == before
    assert guest.read(CREADR) == guest.read(CWRITER)


def test_commands_after_a_wrong_one_are_done() -> None:
    guest = mapped()
    guest.send(Unknown(0xFF), Int(3, 0), Int(2, 0))
    assert guest.take() == LPI


@pytest.mark.parametrize("command", [Clear(2, 0), Inv(2, 0)], ids=["CLEAR", "INV"])
def test_an_event_without_collection_can_be_cleared_and_reloaded(command: Command) -> None:
    guest = mapped()
    guest.config(LPI, 0)
    guest.send(Inv(2, 0))
    guest.msi(0)
    guest.send(Mapc(0, 0, valid=False))
    guest.config(LPI)
    guest.send(command)
    assert (guest.lpi()["latch"], guest.lpi()["enabled"]) == (
        (False, False) if command == Clear(2, 0) else (True, True)
    )


def test_movi_moves_the_lpi_with_all_that_is_pending() -> None:
    guest = mapped()
    guest.msi(0)
    guest.send(Movi(2, 0, 1))
    guest.bench.ok("run", vcpu=0)
    assert [guest.take(0), guest.take(1)] == [SPURIOUS, LPI]


def test_movall_moves_lpis_and_no_collections() -> None:
    guest = mapped()
    guest.send(Movall(0, 1))
    assert guest.collections == {0: 0, 1: 1}
    assert [guest.lpi(intid)["target"] for intid in guest.known()] == ["vcpu1", "vcpu1"]
    guest.msi(0)
    assert guest.take(1) == LPI


def test_after_movall_the_collections_vcpu_still_decides_whether_lpis_are_on() -> None:
    guest = mapped()
    guest.send(Movall(0, 1))
    guest.lpis(0, on=False)
    assert guest.msi(0) == "EBUSY"


def test_clear_forgets_a_pending_lpi_that_is_in_no_list_register() -> None:
    guest = mapped()
    guest.msi(1)
    guest.send(Clear(2, 1))
    assert not guest.lpi(LPI + 1)["latch"]


def test_inv_enables_what_memory_says() -> None:
    guest = mapped()
    guest.msi(1)
    assert guest.take() == SPURIOUS
    guest.config(LPI + 1)
    guest.send(Inv(2, 1))
    assert guest.take() == LPI + 1


def test_invall_reloads_what_targets_the_vcpu_whatever_its_collection() -> None:
    guest = mapped()
    guest.send(Movall(0, 1))
    guest.config(LPI + 1)
    guest.send(Invall(0))
    assert not guest.lpi(LPI + 1)["enabled"]
    guest.send(Invall(1))
    assert guest.lpi(LPI + 1)["enabled"]


def test_int_is_an_msi_from_the_ring() -> None:
    guest = mapped()
    guest.send(Int(2, 0))
    assert guest.take() == LPI
    assert guest.cached()


def test_int_while_lpis_are_off_is_lost() -> None:
    guest = mapped()
    guest.lpis(0, on=False)
    guest.send(Int(2, 0))
    guest.lpis(0, on=True)
    assert guest.take() == SPURIOUS
