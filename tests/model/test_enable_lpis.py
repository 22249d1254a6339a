"""GICR_CTLR.EnableLPIs on and off, and reloading of configuration (docs/facts/registers.md#3.1)."""

from __future__ import annotations

import pytest

from aiovgic.arch.commands import Mapti
from tests.machines import FRAME, REDIST, gicv3
from tests.model.its_guest import LPI, NO_MEMORY, PEND, SPURIOUS, ItsGuest

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


class TestEnableLpis:
    def test_it_reads_the_pending_table_and_clears_no_bit(self) -> None:
        guest = mapped()
        guest.lpis(0, on=False)
        guest.bench.write(REDIST + PENDBASER, PEND, 8)
        set_pending(guest, LPI)
        guest.lpis(0, on=True)
        assert guest.take() == LPI
        assert pending_byte(guest, LPI) == 1

    def test_with_ptz_it_reads_nothing(self) -> None:
        guest = mapped()
        guest.lpis(0, on=False)
        set_pending(guest, LPI)
        guest.lpis(0, on=True)
        assert guest.take() == SPURIOUS

    def test_it_takes_bits_only_of_lpis_that_target_its_vcpu(self) -> None:
        guest = mapped()
        guest.lpis(1, on=False)
        guest.bench.write(REDIST + FRAME + PENDBASER, PEND + 0x10000, 8)
        set_pending(guest, LPI, vcpu=1)
        guest.lpis(1, on=True)
        assert not guest.lpi()["latch"]

    def test_a_clear_bit_clears_the_latch(self) -> None:
        guest = mapped(0)
        guest.msi(0)
        guest.lpis(0, on=False)
        guest.bench.write(REDIST + PENDBASER, PEND, 8)
        guest.lpis(0, on=True)
        assert not guest.lpi()["latch"]

    def test_it_stays_on_where_the_table_is_not_memory(self) -> None:
        guest = mapped()
        guest.lpis(0, on=False)
        guest.bench.write(REDIST + PENDBASER, NO_MEMORY, 8)
        guest.lpis(0, on=True)
        assert guest.bench.read(REDIST) & 1 == 1

    def test_off_drops_what_is_listed_and_keeps_what_is_only_latched(self) -> None:
        guest = mapped()
        guest.send(Mapti(2, 1, LPI + 1, 0))
        guest.msi(0)
        guest.msi(1)
        guest.bench.write(REDIST, 0, vcpu=1)
        assert (guest.lpi()["latch"], guest.lpi()["listed"]) == (False, None)
        assert guest.lpi(LPI + 1)["latch"]

    def test_off_and_on_again_lpis_come_through(self) -> None:
        guest = mapped()
        guest.lpis(0, on=False)
        assert guest.msi(0) == "EBUSY"
        guest.lpis(0, on=True)
        assert guest.msi(0) == 1
        assert guest.take() == LPI

    @pytest.mark.parametrize("reg", [PROPBASER, PENDBASER], ids=["PROPBASER", "PENDBASER"])
    def test_while_on_the_vcpus_own_tables_stay_where_they_are(self, reg: int) -> None:
        guest = mapped()
        before = guest.bench.read(REDIST + reg, 8)
        guest.bench.write(REDIST + reg, 0, 8)
        assert guest.bench.read(REDIST + reg, 8) == before

    def test_a_vcpu_with_lpis_off_moves_the_shared_propbaser_under_the_others(self) -> None:
        guest = mapped()
        guest.lpis(1, on=False)
        guest.bench.write(REDIST + FRAME + PROPBASER, 0x40050000 | 15, 8)
        assert guest.bench.read(REDIST + PROPBASER, 8) == 0x4005018F

    def test_without_an_its_it_cannot_be_set(self) -> None:
        bench = gicv3()
        bench.write(REDIST, 1)
        assert bench.read(REDIST) == 6


@pytest.mark.parametrize(
    ("reg", "value", "enabled"),
    [
        pytest.param(INVLPIR, LPI, [True, False], id="INVLPIR of one LPI"),
        pytest.param(INVLPIR, LPI - 1, [False, False], id="INVLPIR of no LPI"),
        pytest.param(INVLPIR, LPI + 9, [False, False], id="INVLPIR of an LPI that is not mapped"),
        pytest.param(INVALLR, 0, [True, False], id="INVALLR of its own LPIs"),
    ],
)
def test_redistributors_reload_configuration(reg: int, value: int, enabled: list[bool]) -> None:
    guest = ItsGuest()
    guest.map((0, LPI, 0), (1, LPI + 1, 1))
    for lpi in (LPI, LPI + 1):
        guest.config(lpi)
    guest.bench.write(REDIST + reg, value, 8)
    assert [guest.lpi(lpi)["enabled"] for lpi in (LPI, LPI + 1)] == enabled


def test_a_redistributor_with_lpis_off_reloads_nothing() -> None:
    guest = mapped(0)
    guest.lpis(0, on=False)
    guest.config(LPI)
    guest.bench.write(REDIST + INVLPIR, LPI, 8)
    guest.bench.write(REDIST + INVALLR, 0, 8)
    assert not guest.lpi()["enabled"]
