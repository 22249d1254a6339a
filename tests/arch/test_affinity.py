"""Affinities: one place in three layouts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.arch.affinity import Affinity, Irouter, Mpidr, affinity
from aiovgic.arch.intid import VGIC_V3_MAX_CPUS

affinities = st.integers(0, 2**32 - 1).map(Affinity)


@given(where=affinities)
def test_an_affinity_survives_mpidr_and_irouter(where: Affinity) -> None:
    assert where.mpidr.affinity == where
    assert where.irouter.affinity == where


@given(where=affinities)
def test_the_levels_keep_their_numbers_in_every_layout(where: Affinity) -> None:
    levels = (where.aff0, where.aff1, where.aff2, where.aff3)
    mpidr, irouter = where.mpidr, where.irouter
    assert (mpidr.aff0, mpidr.aff1, mpidr.aff2, mpidr.aff3) == levels
    assert (irouter.aff0, irouter.aff1, irouter.aff2, irouter.aff3) == levels


@given(raw=st.integers(0, 2**64 - 1))
def test_what_is_no_affinity_in_a_register_does_not_count(raw: int) -> None:
    levels = 0xFF_00FF_FFFF
    assert Mpidr(raw).affinity == Mpidr(raw & levels).affinity
    assert Irouter(raw).affinity == Irouter(raw & levels).affinity


def test_the_highest_level_is_apart_from_the_others_but_in_the_affinity() -> None:
    where = Affinity(0x0403_0201)
    assert where.mpidr == 0x04_8003_0201
    assert where.irouter == 0x04_0003_0201


@pytest.mark.parametrize(
    ("vcpu_id", "mpidr"),
    [
        pytest.param(0, 0x8000_0000, id="the first"),
        pytest.param(15, 0x8000_000F, id="the last of the first cluster"),
        pytest.param(16, 0x8000_0100, id="the first of the second cluster"),
        pytest.param(511, 0x8000_1F0F, id="the last that a GICv3 has"),
        pytest.param(0x1000, 0x8001_0000, id="one that needs the third level"),
    ],
)
def test_a_vcpu_gets_the_affinity_of_its_number(vcpu_id: int, mpidr: int) -> None:
    assert affinity(vcpu_id) == mpidr


def test_no_two_vcpus_have_the_same_affinity_nor_more_than_16_one_cluster() -> None:
    everyone = [affinity(vcpu_id) for vcpu_id in range(VGIC_V3_MAX_CPUS)]
    assert len(set(everyone)) == VGIC_V3_MAX_CPUS
    assert max(mpidr.aff0 for mpidr in everyone) == 15
