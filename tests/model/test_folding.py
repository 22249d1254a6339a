"""List registers are folded back after the guest ran, and the list is pruned (docs/facts/interrupts.md#5.3, #5.4)."""

from __future__ import annotations

from tests.machines import DIST, gicv3
from tests.model.lists import (
    ICFGR2,
    ICPENDR1,
    ISACTIVER1,
    ISENABLER1,
    ISPENDR1,
    SPI_LINE,
    SPURIOUS,
    inside,
    listed,
    pend,
)


def test_an_edge_that_was_not_taken_is_latched_again() -> None:
    bench = gicv3()
    pend(bench, {32: 0x10})
    inside(bench)
    assert bench.vm.vcpus.value[0].hw.lrs == []
    assert bench.read(ISPENDR1) == 1
    assert bench.icc("IAR1") == 32
    assert bench.read(ISPENDR1) == 0


def test_an_edge_may_be_pending_and_active_at_once() -> None:
    bench = gicv3()
    pend(bench, {32: 0x10})
    assert bench.icc("IAR1") == 32
    pend(bench, {32: 0x10})
    assert inside(bench)[0] == ["32PA"]


def test_a_level_is_never_pending_and_active_at_once() -> None:
    bench = gicv3()
    bench.write(ICFGR2, 0)
    bench.write(ISENABLER1, 1)
    bench.ok("irq_line", irq=SPI_LINE | 32, level=1)
    assert bench.icc("IAR1") == 32
    assert inside(bench)[0] == ["32A"]
    bench.set_icc("EOIR1", 32)
    assert inside(bench)[0] == ["32P"]


def test_a_level_that_software_made_pending_is_pending_until_it_is_ended() -> None:
    bench = gicv3()
    bench.write(ICFGR2, 0)
    pend(bench, {32: 0x10})
    assert bench.icc("IAR1") == 32
    assert bench.read(ISPENDR1) == 1
    bench.set_icc("EOIR1", 32)
    assert bench.read(ISPENDR1) == 0
    assert listed(bench) == []


def test_a_line_that_fell_takes_its_interrupt_off_the_list_at_the_next_exit() -> None:
    bench = gicv3()
    bench.write(ICFGR2, 0)
    bench.write(ISENABLER1, 1)
    bench.ok("irq_line", irq=SPI_LINE | 32, level=1)
    bench.ok("irq_line", irq=SPI_LINE | 32, level=0)
    assert listed(bench) == [32]
    bench.ok("run", vcpu=0)
    assert listed(bench) == []


def test_what_the_guest_unpends_leaves_the_list() -> None:
    bench = gicv3()
    pend(bench, {32: 0x10})
    bench.write(ICPENDR1, 1)
    assert inside(bench)[0] == []
    assert listed(bench) == []


def test_what_is_made_active_is_listed_even_while_disabled_and_ends_like_any_other() -> None:
    bench = gicv3()
    bench.write(ISACTIVER1, 1)
    assert inside(bench)[0] == ["32A"]
    bench.write(DIST, 0)
    assert inside(bench)[0] == ["32A"]
    bench.write(DIST + 0x384, 1)
    bench.ok("run", vcpu=0)
    assert listed(bench) == []


def test_what_ends_without_a_list_register_of_its_own_stays_active() -> None:
    bench = gicv3()
    for level in range(5):
        pend(bench, {32 + level: 0x80 - 0x10 * level})
        assert bench.icc("IAR1") in (32 + level, SPURIOUS)
    assert bench.read(ISACTIVER1) == 0b01111
