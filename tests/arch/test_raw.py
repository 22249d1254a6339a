"""The helpers beside the fields: masks, parts of a word, bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.arch.words import WORD_BYTES, align_ok, extract, from_le, mask, merge, set_bits, to_le

words = st.integers(0, 2**64 - 1)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    offset = draw(st.integers(0, WORD_BYTES))
    return offset, draw(st.integers(0, WORD_BYTES - offset))


@pytest.mark.parametrize(
    ("hi", "lo", "ones"),
    [
        pytest.param(0, 0, 1, id="the lowest bit"),
        pytest.param(7, 4, 0xF0, id="a nibble"),
        pytest.param(63, 0, 2**64 - 1, id="a whole word"),
        pytest.param(7, 8, 0, id="nothing"),
    ],
)
def test_a_mask_has_ones_from_bit_to_bit(hi: int, lo: int, ones: int) -> None:
    assert mask(hi, lo) == ones


@given(old=words, value=words, span=spans())
def test_bytes_merged_into_a_word_are_extracted_again(old: int, value: int, span: tuple[int, int]) -> None:
    offset, size = span
    assert extract(merge(old, value, offset, size), offset, size) == extract(value, 0, size)


@given(old=words, value=words, span=spans())
def test_a_merge_replaces_just_those_bytes(old: int, value: int, span: tuple[int, int]) -> None:
    offset, size = span
    wanted = bytearray(to_le(old, 8))
    wanted[offset : offset + size] = to_le(value, 8)[:size]
    assert merge(old, value, offset, size) == from_le(bytes(wanted))


@pytest.mark.parametrize(
    ("offset", "size"),
    [
        pytest.param(4, 8, id="beyond the end"),
        pytest.param(-1, 1, id="before the start"),
        pytest.param(4, -1, id="of negative size"),
    ],
)
def test_a_span_outside_the_word_is_our_own_mistake(offset: int, size: int) -> None:
    with pytest.raises(AssertionError):
        merge(0, 0, offset, size)
    with pytest.raises(AssertionError):
        extract(0, offset, size)


@given(value=words)
def test_the_numbers_of_set_bits_ascend_and_make_up_the_word(value: int) -> None:
    numbers = list(set_bits(value))
    assert numbers == sorted(numbers)
    assert sum(2**number for number in numbers) == value


@given(value=words)
def test_a_number_survives_its_bytes(value: int) -> None:
    assert from_le(to_le(value, 8)) == value


def test_the_lowest_byte_comes_first() -> None:
    assert to_le(0x0102, 4) == b"\x02\x01\x00\x00"
    assert from_le(b"\x02\x01") == 0x0102


def test_only_multiples_of_an_alignment_are_aligned() -> None:
    assert [value for value in range(10) if align_ok(value, 4)] == [0, 4, 8]
