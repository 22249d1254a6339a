"""The CPU interface: encodings, priorities, binary points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.arch.icc import (
    IDLE_LEVEL,
    MIN_BPR0,
    MIN_BPR1,
    PRIORITIES,
    SYSREGS,
    Bpr,
    Instr,
    Vmcr,
    highest_level,
    level_of,
    priority_of,
)
from aiovgic.arch.intid import IDLE_PRIORITY, PRIORITY_MASK
from aiovgic.arch.words import set_bits

priorities = st.integers(0, 0xFF)
vmcrs = st.integers(0, 2**32 - 1).map(Vmcr)


@pytest.mark.parametrize(
    ("name", "instr"),
    [
        pytest.param("ICC_PMR_EL1", 0xC230, id="PMR"),
        pytest.param("ICC_IAR1_EL1", 0xC660, id="IAR1"),
        pytest.param("ICC_EOIR1_EL1", 0xC661, id="EOIR1"),
        pytest.param("ICC_SRE_EL1", 0xC665, id="SRE"),
        pytest.param("ICC_AP1R0_EL1", 0xC648, id="AP1R0"),
        pytest.param("MPIDR_EL1", 0xC005, id="MPIDR"),
    ],
)
def test_a_system_register_has_the_number_that_userspace_uses(name: str, instr: int) -> None:
    assert SYSREGS[name].instr == instr


@pytest.mark.parametrize("name", sorted(SYSREGS))
def test_a_system_registers_number_names_its_encoding(name: str) -> None:
    instr = Instr(SYSREGS[name].instr)
    assert (instr.op0, instr.op1, instr.crn, instr.crm, instr.op2) == SYSREGS[name]


def test_no_two_system_registers_have_one_encoding() -> None:
    assert len(set(SYSREGS.values())) == len(SYSREGS)


@given(priority=priorities)
def test_the_priority_of_a_level_is_what_is_kept_of_any_priority_in_it(priority: int) -> None:
    assert priority_of(level_of(priority)) == priority & PRIORITIES == priority & PRIORITY_MASK


@given(one=priorities, other=priorities)
def test_a_more_urgent_priority_is_never_at_a_less_urgent_level(one: int, other: int) -> None:
    assert (one & PRIORITY_MASK < other & PRIORITY_MASK) is (level_of(one) < level_of(other))


def test_no_level_at_all_is_the_idle_priority() -> None:
    assert priority_of(highest_level(0)) == IDLE_PRIORITY


@given(active=st.integers(0, 2**32 - 1))
def test_the_most_urgent_active_level_is_the_lowest_bit(active: int) -> None:
    assert highest_level(active) == min(set_bits(active), default=IDLE_LEVEL)


@pytest.mark.parametrize(
    ("cbpr", "bpr0", "bpr1", "read"),
    [
        pytest.param(False, 5, 3, 3, id="its own"),
        pytest.param(True, 2, 7, 3, id="one above BPR0"),
        pytest.param(True, 6, 0, 7, id="the greatest"),
        pytest.param(True, 7, 0, 7, id="no greater than the greatest"),
    ],
)
def test_bpr1_reads_its_own_value_or_follows_bpr0(cbpr: bool, bpr0: int, bpr1: int, read: int) -> None:
    assert Vmcr.of(cbpr=cbpr, bpr0=bpr0, bpr1=bpr1).effective_bpr1 == read


@pytest.mark.parametrize(
    ("group", "cbpr", "kept"),
    [
        pytest.param(0, False, 0xF8, id="group 0"),
        pytest.param(1, False, 0xF0, id="group 1"),
        pytest.param(0, True, 0xF8, id="group 0 when common"),
        pytest.param(1, True, 0xF8, id="group 1 when common"),
    ],
)
def test_a_group_preempts_by_the_bits_above_its_binary_point(group: int, cbpr: bool, kept: int) -> None:
    assert Vmcr.of(cbpr=cbpr, bpr0=2, bpr1=4).group_mask(group) == kept


@pytest.mark.parametrize("group", [0, 1])
def test_the_greatest_common_binary_point_leaves_no_bit_to_preempt_by(group: int) -> None:
    assert Vmcr.of(cbpr=True, bpr0=7).group_mask(group) == 0


@given(vmcr=vmcrs)
def test_the_hardware_raises_binary_points_to_their_minimum_and_keeps_the_rest(vmcr: Vmcr) -> None:
    kept = vmcr.implemented()
    assert (kept.bpr0, kept.bpr1) == (max(vmcr.bpr0, MIN_BPR0), max(vmcr.bpr1, MIN_BPR1))
    assert kept.but(bpr0=vmcr.bpr0, bpr1=vmcr.bpr1) == vmcr
    assert kept.implemented() == kept


@pytest.mark.parametrize(
    ("written", "point"),
    [
        pytest.param(0, 2, id="below the minimum"),
        pytest.param(2, 2, id="the minimum"),
        pytest.param(7, 7, id="the greatest"),
        pytest.param(0x8, 0, id="a reserved bit brings a smaller one in"),
        pytest.param(0x7FFF_FFF9, 1, id="all reserved bits do, too"),
        pytest.param(0x8000_0007, 2, id="a negative number is below"),
        pytest.param(0x1_0000_0005, 5, id="the upper half does not count"),
        pytest.param(0x1_0000_0000, 2, id="nor does it lift a zero"),
    ],
)
def test_a_written_binary_point_is_at_least_the_minimum_as_recorded(written: int, point: int) -> None:
    assert Bpr(written).at_least(2) == point
