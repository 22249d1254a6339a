"""From a vCPU's list into its list registers, and back (docs/facts/interrupts.md#5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.machines import DIST, gicv3
from tests.model.lists import (
    ICENABLER1,
    IPRIORITYR,
    SPURIOUS,
    inside,
    listed,
    pend,
    take,
)


def test_what_fits_is_in_the_order_it_came_whatever_its_priority() -> None:
    bench = gicv3()
    pend(bench, {35: 0x80, 33: 0x10, 34: 0x40})
    assert inside(bench) == (["35P", "33P", "34P"], False)


def test_what_does_not_fit_is_sorted_and_the_rest_waits() -> None:
    bench = gicv3()
    pend(bench, {32: 0x90, 33: 0x20, 34: 0x80, 35: 0x10, 36: 0x40})
    assert inside(bench) == (["35P", "33P", "36P", "34P"], True)
    assert listed(bench) == [35, 33, 36, 34, 32]


def test_exactly_as_many_as_there_are_list_registers_need_no_exit() -> None:
    bench = gicv3()
    pend(bench, {32: 0x80, 33: 0x80, 34: 0x80, 35: 0x80})
    assert inside(bench) == (["32P", "33P", "34P", "35P"], False)


def test_equals_keep_the_order_that_the_last_sort_left() -> None:
    bench = gicv3()
    pend(bench, {32: 0x80, 33: 0x40, 34: 0x80, 35: 0x80, 36: 0x80})
    inside(bench)
    bench.write(IPRIORITYR + 32, 0x40, 1)
    assert inside(bench)[0] == ["33P", "32P", "34P", "35P"]


def test_what_is_active_goes_first_and_is_never_displaced() -> None:
    bench = gicv3()
    pend(bench, {40: 0xF0})
    assert bench.icc("IAR1") == 40
    pend(bench, {32: 0x10, 33: 0x20, 34: 0x30, 35: 0x40})
    assert inside(bench) == (["40A", "32P", "33P", "34P"], True)


def test_with_one_list_register_nothing_preempts_what_is_active() -> None:
    bench = gicv3()
    bench.vm.host = replace(bench.vm.host, list_registers=1)
    pend(bench, {40: 0xF0})
    assert bench.icc("IAR1") == 40
    pend(bench, {32: 0x10})
    assert bench.icc("IAR1") == SPURIOUS
    bench.set_icc("EOIR1", 40)
    assert bench.icc("IAR1") == 32


@pytest.mark.parametrize("room", [1, 2, 4, 16])
def test_however_few_list_registers_there_are_all_come_by_priority(room: int) -> None:
    bench = gicv3()
    bench.vm.host = replace(bench.vm.host, list_registers=room)
    pend(bench, {32: 0x90, 33: 0x20, 34: 0x80, 35: 0x10, 36: 0x40, 37: 0x50})
    assert [take(bench) for _ in range(7)] == [35, 33, 36, 37, 34, 32, SPURIOUS]


def test_what_was_disabled_while_listed_takes_no_list_register() -> None:
    bench = gicv3(2)
    pend(bench, {32: 0x10, 33: 0x20})
    bench.write(ICENABLER1, 1, vcpu=1)
    assert listed(bench) == [32, 33]
    assert inside(bench)[0] == ["33P"]
    assert listed(bench) == [33]


def test_what_was_disabled_sorts_behind_what_is_due() -> None:
    bench = gicv3(2)
    pend(bench, {32: 0x10, 33: 0x20, 34: 0x30, 35: 0x40, 36: 0x50})
    bench.write(ICENABLER1, 1, vcpu=1)
    assert inside(bench)[0] == ["33P", "34P", "35P", "36P"]


def test_a_group_that_the_guest_has_not_enabled_waits_in_its_list_register() -> None:
    bench = gicv3()
    bench.write(DIST + 0x84, 0)
    pend(bench, {32: 0x10})
    assert inside(bench)[0] == ["32P"]
    assert bench.icc("IAR1") == SPURIOUS
    bench.set_icc("IGRPEN0", 1)
    assert bench.icc("IAR0") == 32
