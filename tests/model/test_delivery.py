"""From an input line to the guest's acknowledge and back."""

from __future__ import annotations

import pytest

from aiovgic.bugs.retarget_strands import LAYERS as RETARGET_STRANDS
from tests.machines import DIST, FRAME, REDIST, gicv3

SPI = 40
SPURIOUS = 1023
ISENABLER1 = DIST + 0x104
ICENABLER1 = DIST + 0x184
ISPENDR1 = DIST + 0x204
IROUTER = DIST + 0x6000 + 8 * SPI
ICFGR = DIST + 0xC00 + 4 * (SPI // 16)
BIT = 1 << SPI - 32
SPI_LINE = 1 << 24


def test_an_enabled_spi_is_taken_once_and_ended() -> None:
    bench = gicv3()
    bench.write(ISENABLER1, BIT)
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    assert bench.icc("IAR1") == SPI
    assert bench.icc("IAR1") == SPURIOUS
    assert bench.icc("RPR") == 0
    bench.set_icc("EOIR1", SPI)
    assert bench.icc("RPR") == 0xFF
    assert bench.icc("IAR1") == SPURIOUS


def test_an_edge_that_comes_while_active_is_taken_after_the_end() -> None:
    bench = gicv3()
    bench.write(ISENABLER1, BIT)
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    assert bench.icc("IAR1") == SPI
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    assert bench.icc("IAR1") == SPURIOUS
    bench.set_icc("EOIR1", SPI)
    assert bench.icc("IAR1") == SPI


def test_a_level_that_stays_high_is_taken_again_after_the_end() -> None:
    bench = gicv3()
    bench.write(ICFGR, 0)
    bench.write(ISENABLER1, BIT)
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    assert bench.icc("IAR1") == SPI
    bench.set_icc("EOIR1", SPI)
    assert bench.icc("IAR1") == SPI
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=0)
    bench.set_icc("EOIR1", SPI)
    assert bench.icc("IAR1") == SPURIOUS


def test_an_spi_goes_where_its_irouter_points() -> None:
    bench = gicv3(2)
    bench.write(ISENABLER1, BIT)
    bench.write(IROUTER, 1, size=8)
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    assert bench.icc("IAR1", vcpu=0) == SPURIOUS
    assert bench.icc("IAR1", vcpu=1) == SPI


def test_an_spi_routed_away_while_listed_moves_at_once() -> None:
    bench = gicv3(2)
    bench.write(ISENABLER1, BIT)
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    bench.write(IROUTER, 1, size=8, vcpu=1)
    assert [irq.intid for irq in bench.vm.vcpus.value[0].ap_list] == []
    assert bench.icc("IAR1", vcpu=1) == SPI


def test_on_real_kernels_an_spi_routed_away_while_listed_moves_when_its_vcpu_leaves_the_guest() -> None:
    bench = gicv3(2, layers=RETARGET_STRANDS)
    bench.write(ISENABLER1, BIT)
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    bench.write(IROUTER, 1, size=8, vcpu=1)
    assert [irq.intid for irq in bench.vm.vcpus.value[0].ap_list] == [SPI]
    bench.ok("run", vcpu=0)
    assert bench.icc("IAR1", vcpu=1) == SPI


def test_what_was_pending_while_the_distributor_was_off_waits_for_another_event() -> None:
    bench = gicv3()
    bench.write(ISENABLER1, BIT)
    bench.write(DIST, 0)
    bench.ok("irq_line", irq=SPI_LINE | SPI, level=1)
    bench.write(DIST, 2)
    assert bench.icc("IAR1") == SPURIOUS
    bench.write(ISENABLER1, BIT)
    assert bench.icc("IAR1") == SPI


def test_more_interrupts_than_list_registers_come_in_order_of_priority() -> None:
    bench = gicv3()
    intids = list(range(32, 40))
    for intid in intids:
        bench.write(DIST + 0x400 + intid, (40 - intid) * 8, size=1)
    bench.write(ISENABLER1, 0xFF)
    bench.write(ISPENDR1, 0xFF)
    taken = []
    for _ in intids:
        taken.append(bench.icc("IAR1"))
        bench.set_icc("EOIR1", taken[-1])
    assert taken == intids[::-1]


def test_a_split_end_drops_priority_first_and_deactivates_later() -> None:
    bench = gicv3()
    bench.set_icc("CTLR", 2)
    bench.write(ISENABLER1, BIT)
    bench.write(ISPENDR1, BIT)
    assert bench.icc("IAR1") == SPI
    bench.set_icc("EOIR1", SPI)
    assert bench.icc("RPR") == 0xFF
    assert bench.read(DIST + 0x304) == BIT
    bench.set_icc("DIR", SPI)
    assert bench.read(DIST + 0x304) == 0


@pytest.mark.parametrize(
    ("value", "takers"),
    [
        pytest.param(5 << 24 | 0b010, [1], id="one in the list"),
        pytest.param(5 << 24 | 0b111, [0, 1, 2], id="all in the list, the sender too"),
        pytest.param(5 << 24 | 1 << 40, [1, 2], id="all but the sender"),
        pytest.param(5 << 24 | 1 << 16 | 0b111, [], id="a cluster that is not there"),
    ],
)
def test_an_sgi_reaches_those_it_names(value: int, takers: list[int]) -> None:
    bench = gicv3(3)
    bench.set_icc("SGI1R", value)
    assert [vcpu for vcpu in range(3) if bench.icc("IAR1", vcpu) == 5] == takers


def test_only_sgi1r_makes_a_group_1_sgi() -> None:
    bench = gicv3()
    bench.set_icc("SGI0R", 5 << 24 | 1)
    assert bench.icc("HPPIR1") == SPURIOUS
    bench.set_icc("SGI1R", 5 << 24 | 1)
    assert bench.icc("HPPIR1") == 5


def test_the_frame_of_another_vcpu_acts_on_its_owner() -> None:
    bench = gicv3(2)
    bench.write(REDIST + FRAME + 0x10200, 1 << 3, vcpu=0)
    assert bench.icc("IAR1", vcpu=0) == SPURIOUS
    assert bench.icc("IAR1", vcpu=1) == 3
