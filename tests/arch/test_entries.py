"""Table entries: the words that KVM saves, and their limits."""

from __future__ import annotations

import pytest

from aiovgic.arch.entries import (
    COLLECTION_NOT_MAPPED,
    NEXT_DEVICE_MAX,
    NEXT_EVENT_MAX,
    Cte,
    Dte,
    Ite,
    L1Entry,
)


def test_a_device_entry_keeps_its_table_above_three_dropped_zero_bits() -> None:
    entry = Dte.of(size=4, itt=0x8000_0100, next=3, valid=True)
    assert entry == 1 << 63 | 3 << 49 | 0x8000_0100 >> 8 << 5 | 4
    assert entry.itt == 0x8000_0100


def test_a_device_entry_can_hold_the_highest_table_there_is() -> None:
    highest = (1 << 52) - 0x100
    assert Dte.of(itt=highest).itt == highest


def test_a_collection_entry_names_its_vcpu_above_its_number() -> None:
    assert Cte.of(collection=3, target=1, valid=True) == 1 << 63 | 1 << 16 | 3


def test_a_collection_that_is_not_mapped_has_a_target_of_all_ones() -> None:
    assert Cte.of(target=COLLECTION_NOT_MAPPED).target == COLLECTION_NOT_MAPPED


def test_an_event_entry_names_its_lpi_its_collection_and_its_successor() -> None:
    assert Ite.of(next=2, intid=8192, collection=3) == 2 << 48 | 8192 << 16 | 3


def test_a_first_level_entry_points_to_a_page_of_64_kib() -> None:
    assert L1Entry(1 << 63 | 0x8001_FFFF).base == 0x8001_0000
    assert L1Entry(1 << 63).valid is True


@pytest.mark.parametrize(
    ("entry", "greatest"),
    [pytest.param(Dte, NEXT_DEVICE_MAX, id="device"), pytest.param(Ite, NEXT_EVENT_MAX, id="event")],
)
def test_the_distance_to_the_next_entry_saturates_at_what_fits(entry: type[Dte | Ite], greatest: int) -> None:
    assert entry.of(next=greatest).next == greatest
    with pytest.raises(ValueError, match="cannot hold"):
        entry.of(next=greatest + 1)
