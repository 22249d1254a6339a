"""Configuration and pending tables of LPIs in guest memory (docs/facts/its.md#6)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import Inv, Mapc, Mapti
from tests.machines import FRAME, REDIST
from tests.model.its_guest import LPI, NO_MEMORY, PEND, PROP, RAM_END, SPURIOUS, ItsGuest

CTLR, PROPBASER, PENDBASER, INVLPIR, INVALLR = 0x0, 0x70, 0x78, 0xA0, 0xB0
PTZ = 1 << 62


def mapped(config: int = 0xA1) -> ItsGuest:
    """Event 0 is LPI 8192 on vCPU 0, with this configuration."""
    guest = ItsGuest()
    guest.config(LPI, config)
    guest.map((0, LPI, 0))
    return guest


def set_pending(guest: ItsGuest, lpi: int, vcpu: int = 0) -> None:
    """Set an LPI's bit in a vCPU's pending table."""
    guest.bench.ok("mem_write", gpa=PEND + vcpu * 0x10000 + lpi // 8, hex=f"{1 << lpi % 8:02x}")


def pending_byte(guest: ItsGuest, lpi: int, vcpu: int = 0) -> int:
    """The byte with an LPI's bit in a vCPU's pending table."""
    return guest.memory(PEND + vcpu * 0x10000 + lpi // 8) & 0xFF


def save(guest: ItsGuest) -> str | None:
    """KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES: its errno."""
    return guest.bench.errno("set_device_attr", dev=0, group="CTRL", attr="SAVE_PENDING_TABLES")


@pytest.mark.parametrize(
    ("byte", "enabled", "priority"),
    [
        pytest.param(0x00, False, 0, id="zero"),
        pytest.param(0xA1, True, 0xA0, id="enabled"),
        pytest.param(0xFF, True, 0xFC, id="all ones: six bits of priority"),
        pytest.param(0x02, False, 0, id="bit 1, which means nothing"),
    ],
)
def test_a_configuration_byte(byte: int, enabled: bool, priority: int) -> None:
    guest = mapped(byte)
    assert (guest.lpi()["enabled"], guest.lpi()["priority"]) == (enabled, priority)


def test_configuration_is_read_when_an_lpi_is_made_and_not_again() -> None:
    guest = mapped(0)
    guest.config(LPI)
    guest.send(Mapti(2, 1, LPI, 0))
    guest.msi(0)
    assert not guest.lpi()["enabled"]
    guest.send(Inv(2, 0))
    assert guest.lpi()["enabled"]


def test_disabling_does_not_take_an_lpi_off_its_list() -> None:
    guest = mapped()
    guest.msi(0)
    guest.config(LPI, 0)
    guest.bench.write(REDIST + FRAME + INVLPIR, LPI, 8, vcpu=1)
    assert (guest.lpi()["enabled"], guest.lpi()["listed"]) == (False, "vcpu0")
    assert guest.take() == SPURIOUS


def test_without_a_configuration_table_in_memory_no_lpi_is_made_and_no_collection_for_it() -> None:
    guest = ItsGuest(lpis_on=False)
    guest.bench.write(REDIST + PROPBASER, NO_MEMORY | 15, 8)
    guest.map((0, LPI, 0), (1, LPI, 5))
    assert (guest.events, guest.collections, guest.known()) == ({}, {0: 0, 1: 1}, [])


def test_without_a_pending_table_in_memory_only_an_lpi_without_target_is_made() -> None:
    guest = ItsGuest(lpis_on=False)
    guest.bench.write(REDIST + PENDBASER, NO_MEMORY, 8)
    guest.map((0, LPI, 0), (1, LPI + 1, 5))
    assert (guest.events, guest.known()) == ({"2:1": [LPI + 1, 5]}, [LPI + 1])


@pytest.mark.parametrize(
    ("id_bits", "lpi", "there"),
    [
        pytest.param(13, 16383, True, id="the last of 14 bits"),
        pytest.param(13, 16384, False, id="one beyond 14 bits"),
        pytest.param(12, 8192, False, id="13 bits have no LPIs"),
        pytest.param(31, 65535, True, id="32 bits are 16"),
    ],
)
def test_propbaser_says_how_many_lpis_there_are(id_bits: int, lpi: int, there: bool) -> None:
    guest = ItsGuest(lpis_on=False)
    guest.bench.write(REDIST + PROPBASER, PROP | id_bits, 8)
    guest.map((0, lpi, 0))
    assert guest.known() == ([lpi] if there else [])


def test_a_new_lpi_takes_its_pending_bit_out_of_the_table_even_while_lpis_are_off() -> None:
    guest = ItsGuest(lpis_on=False)
    set_pending(guest, LPI)
    guest.config(LPI)
    guest.map((0, LPI, 0))
    assert pending_byte(guest, LPI) == 0
    assert guest.take() == LPI


def test_an_lpi_that_gets_its_target_later_leaves_its_pending_bit_alone() -> None:
    guest = ItsGuest()
    set_pending(guest, LPI)
    guest.map()
    guest.send(Mapti(2, 0, LPI, 5), Mapc(5, 0))
    assert pending_byte(guest, LPI) == 1
    assert not guest.lpi()["latch"]


class TestSavePendingTables:
    def test_latches_are_written_over_what_was_there(self) -> None:
        guest = ItsGuest()
        guest.map((0, LPI, 0), (1, LPI + 1, 0), (2, LPI + 2, 0))
        guest.msi(1)
        guest.bench.ok("mem_write", gpa=PEND + LPI // 8, hex="85")
        assert save(guest) is None
        assert pending_byte(guest, LPI) == 0x82

    def test_each_lpi_is_in_its_targets_table(self) -> None:
        guest = ItsGuest()
        guest.map((0, LPI, 0), (1, LPI + 1, 1))
        guest.msi(0)
        guest.msi(1)
        assert save(guest) is None
        assert [pending_byte(guest, LPI, vcpu) for vcpu in (0, 1)] == [1, 2]

    def test_an_lpi_without_target_is_left_out(self) -> None:
        guest = ItsGuest()
        guest.map()
        guest.send(Mapti(2, 0, LPI, 5))
        guest.bench.ok("mem_write", gpa=PEND + LPI // 8, hex="ff")
        assert save(guest) is None
        assert pending_byte(guest, LPI) == 0xFF

    def test_a_table_outside_memory_is_a_fault(self) -> None:
        guest = ItsGuest()
        guest.map((0, LPI, 0))
        guest.lpis(0, on=False)
        guest.bench.write(REDIST + PENDBASER, RAM_END, 8)
        assert save(guest) == "EFAULT"
