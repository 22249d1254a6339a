"""A vCPU is found by its affinity: the table that KVM makes at the first run."""

from __future__ import annotations

import pytest

from aiovgic.arch.affinity import Affinity
from aiovgic.model.mpidr import MpidrData


@pytest.mark.parametrize(
    ("mask", "affinity", "index"),
    [
        (Affinity.of(aff3=1), Affinity.of(aff3=1), 0),
        (Affinity.of(aff0=1, aff3=0xFF), Affinity.of(aff0=1, aff3=0xFF), 1),
        (Affinity.of(aff0=1, aff2=0x80), Affinity.of(aff2=0x80), 2),
        (Affinity.of(aff0=0x12), Affinity.of(aff0=0x10), 2),
    ],
)
def test_the_index_of_an_affinity_gathers_the_bits_that_differ_but_not_those_of_aff3(
    mask: int, affinity: int, index: int
) -> None:
    assert MpidrData(mask, {}).index_of(affinity) == index
