"""Interrupt numbers: every one is of one kind, or of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.arch import intid as kinds

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES: dict[str, Callable[[int], bool]] = {
    "sgi": kinds.is_sgi,
    "ppi": kinds.is_ppi,
    "spi": kinds.is_spi,
    "special": kinds.is_special,
    "lpi": kinds.is_lpi,
}


@pytest.mark.parametrize(
    ("intid", "kind"),
    [
        pytest.param(0, "sgi", id="the first SGI"),
        pytest.param(15, "sgi", id="the last SGI"),
        pytest.param(16, "ppi", id="the first PPI"),
        pytest.param(31, "ppi", id="the last PPI"),
        pytest.param(32, "spi", id="the first SPI"),
        pytest.param(1019, "spi", id="the last SPI"),
        pytest.param(1020, "special", id="the first special one"),
        pytest.param(1023, "special", id="the spurious one"),
        pytest.param(8192, "lpi", id="the first LPI"),
        pytest.param(65535, "lpi", id="the last LPI"),
    ],
)
def test_an_intid_is_of_the_one_kind_of_its_range(intid: int, kind: str) -> None:
    assert [name for name, belongs in CLASSES.items() if belongs(intid)] == [kind]


@given(intid=st.integers(1024, 8191))
def test_between_the_special_ones_and_the_lpis_there_is_nothing(intid: int) -> None:
    assert not any(belongs(intid) for belongs in CLASSES.values())


@given(intid=st.integers(0, 2**24 - 1))
def test_private_means_an_sgi_or_a_ppi(intid: int) -> None:
    assert kinds.is_private(intid) is (kinds.is_sgi(intid) or kinds.is_ppi(intid))


def test_the_special_intids_are_those_that_are_special() -> None:
    assert [intid for intid in range(2048) if kinds.is_special(intid)] == list(kinds.SPECIAL_INTIDS)
    assert kinds.SPURIOUS in kinds.SPECIAL_INTIDS
