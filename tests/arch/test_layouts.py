"""The declared words: their fields, and the properties beside them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.arch.gicr import Propbaser
from aiovgic.arch.gits import BASER0_RESET, BASER1_RESET, TYPER_VALUE, Baser, Cbaser, Cursor
from aiovgic.arch.words import mask
from tests.arch.words_of_arch import WORDS

ON_PURPOSE = {  # what a doubleword holds depends on the command, and a binary point on its whole number
    "commands.Dw1": {("size", "event")},
    "commands.Dw2": {("collection", "itt"), ("target", "itt")},
    "icc.Bpr": {("binary_point", "magnitude")},
}

raws = st.integers(0, 2**64 - 1)


def test_all_files_with_words_are_looked_at() -> None:
    assert {name.partition(".")[0] for name in WORDS} == {
        "affinity",
        "commands",
        "entries",
        "gicc",
        "gicd",
        "gicd_v2",
        "gicr",
        "gits",
        "icc",
        "idfeatures",
        "idregs",
    }


@pytest.mark.parametrize("name", sorted(WORDS))
def test_the_fields_of_a_word_overlap_only_on_purpose(name: str) -> None:
    fields = WORDS[name].FIELDS
    overlaps = {
        (one, other) for one, other in itertools.combinations(fields, 2) if fields[one].mask & fields[other].mask
    }
    assert overlaps == ON_PURPOSE.get(name, set())


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_field_lies_within_64_bits(name: str) -> None:
    assert all(field.mask & ~mask(63, 0) == 0 for field in WORDS[name].FIELDS.values())


@pytest.mark.parametrize("name", sorted(WORDS))
@given(raw=raws)
def test_every_field_gives_what_it_was_given(name: str, raw: int) -> None:
    word = WORDS[name]
    for field in word.FIELDS:
        value = getattr(word(raw), field)
        assert getattr(word.of(**{field: value}), field) == value
        assert word(raw).but(**{field: value}) == raw


@pytest.mark.parametrize(
    ("id_bits", "limit"),
    [
        pytest.param(13, 1 << 14, id="14 bits"),
        pytest.param(15, 1 << 16, id="as many as there are"),
        pytest.param(31, 1 << 16, id="more than there are"),
    ],
)
def test_the_lpis_end_where_propbaser_and_the_its_both_allow(id_bits: int, limit: int) -> None:
    assert Propbaser.of(id_bits=id_bits).lpi_limit == limit


@pytest.mark.parametrize(("pages", "size"), [pytest.param(0, 0x1000, id="one"), pytest.param(255, 0x100000, id="all")])
def test_the_command_ring_has_one_page_more_than_cbaser_says(pages: int, size: int) -> None:
    assert Cbaser.of(pages=pages).size_bytes == size


@pytest.mark.parametrize(("pages", "size"), [pytest.param(0, 0x10000, id="one"), pytest.param(1, 0x20000, id="two")])
def test_a_table_has_one_page_of_64_kib_more_than_baser_says(pages: int, size: int) -> None:
    assert Baser.of(pages=pages).size_bytes == size


def test_the_low_bits_of_a_table_address_are_its_highest() -> None:
    assert Baser(0x0000_1234_5678_0000 | 0xA << 12).base == 0x000A_1234_5678_0000


def test_a_cursor_is_a_place_in_the_ring_and_its_retry_bit_is_apart() -> None:
    cursor = Cursor(0xFFFF_FFFF_FFFF_FFFF)
    assert cursor.offset == 0xFFFE0
    assert cursor.only("offset") == 0xFFFE0
    assert cursor.retry is True


def test_the_its_is_what_kvm_says_it_is() -> None:
    assert TYPER_VALUE == 0x1EF71
    assert BASER0_RESET == 0x0107_0000_0000_0000 | 3 << 59 | 1 << 10 | 2 << 8
    assert BASER1_RESET == 0x0407_0000_0000_0000 | 3 << 59 | 1 << 10 | 2 << 8
