"""Words and fields: what is put in comes out, and nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.arch.words import Word, bit, bits, place


class Toy(Word):
    """A word with a field of every kind, and gaps between them."""

    flag = bit(0)
    number = bits(7, 4)
    page = place(19, 12)
    moved = place(27, 20, at=4)
    lone = bits(31, 31)
    top = bits(63, 60)


class Kin(Toy):
    """Toy with one more field."""

    extra = bit(40)


raws = st.integers(0, 2**64 - 1)
names = st.sampled_from(sorted(Toy.FIELDS))


@st.composite
def assignments(draw: st.DrawFn) -> dict[str, int]:
    chosen = draw(st.sets(names))
    return {name: draw(raws) << 4 & Toy.FIELDS[name].values for name in sorted(chosen)}


@given(raw=raws, values=assignments())
def test_what_is_put_into_fields_comes_out_of_them(raw: int, values: dict[str, int]) -> None:
    word = Toy(raw).but(**values)
    assert {name: getattr(word, name) for name in values} == values


@given(raw=raws, values=assignments())
def test_but_leaves_every_other_bit_alone(raw: int, values: dict[str, int]) -> None:
    changed = sum(Toy.FIELDS[name].mask for name in values)
    assert Toy(raw).but(**values) & ~changed == raw & ~changed


@given(raw=raws)
def test_a_word_with_its_own_fields_put_back_is_the_same(raw: int) -> None:
    word = Toy(raw)
    assert word.but(**{name: getattr(word, name) for name in Toy.FIELDS}) == raw


@given(values=assignments())
def test_of_is_zero_where_no_field_was_named(values: dict[str, int]) -> None:
    assert Toy.of(**values) == Toy(0).but(**values)


@given(raw=raws, kept=st.sets(names))
def test_only_keeps_the_named_fields_in_their_place(raw: int, kept: set[str]) -> None:
    word = Toy(raw).only(*sorted(kept))
    wanted = Toy.of(**{name: getattr(Toy(raw), name) for name in kept})
    assert word == wanted


def test_a_field_that_is_named_twice_is_kept_once() -> None:
    assert Toy(0xFF).only("number", "number") == 0xF0


@given(name=names, value=st.integers(-(2**20), 2**22))
def test_a_field_fits_exactly_what_it_gives_back(name: str, value: int) -> None:
    field = Toy.field(name)
    assert field.fits(value) is (getattr(Toy(field.put(0, value)), name) == value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("flag", 2, id="a flag that is neither"),
        pytest.param("number", 16, id="a number one too large"),
        pytest.param("number", -1, id="a negative number"),
        pytest.param("page", 0x1800, id="a bit below a place"),
        pytest.param("page", 0x100000, id="a bit above a place"),
        pytest.param("moved", 0x1000, id="a bit above a moved place"),
        pytest.param("moved", 8, id="a bit below a moved place"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=rf"^Toy\.{name} cannot hold {value:#x}, only bits of 0x"):
        Toy.of(**{name: value})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("numbr", "Toy has no field 'numbr'; did you mean 'number'? Its fields: flag, number, ", id="near"),
        pytest.param("zzzz", "Toy has no field 'zzzz'; Its fields: flag, number, ", id="far"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_and_all_that_there_are(name: str, message: str) -> None:
    for ask in (lambda: Toy.of(**{name: 1}), lambda: Toy(0).only(name), lambda: Toy.field(name)):
        with pytest.raises(TypeError) as caught:
            ask()
        assert str(caught.value).startswith(message)


def test_a_word_without_fields_says_that_it_has_none() -> None:
    with pytest.raises(TypeError, match=r"Its fields: none$"):
        Word.of(any_field=1)


def test_a_word_inherits_the_fields_of_its_base() -> None:
    assert list(Kin.FIELDS) == [*Toy.FIELDS, "extra"]
    assert Kin.of(number=5, extra=True) == 1 << 40 | 0x50
    assert "extra" not in Toy.FIELDS


def test_the_word_made_from_a_word_is_of_its_class() -> None:
    assert type(Kin(0).but(flag=True)) is Kin
    assert type(Kin(0).only("flag")) is Kin


def test_a_field_may_not_hide_what_every_word_has() -> None:
    with pytest.raises(AssertionError, match=r"Bad\.only would hide Word\.only"):
        type("Bad", (Word,), {"only": bit(0)})


def test_the_bits_of_a_place_stay_or_start_where_it_says() -> None:
    word = Toy(0xABC_D1234)
    assert word.page == 0xD1000
    assert word.moved == 0xBC0


def test_a_bit_is_a_bool_and_a_number_is_none() -> None:
    assert Toy(1).flag is True
    assert Toy(1 << 31).lone == 1
    assert Toy(1 << 31).lone is not True


def test_a_word_cannot_be_written_in_place() -> None:
    with pytest.raises(AttributeError):
        setattr(Toy(0), "flag", True)  # noqa: B010  the checker knows better


def test_a_word_shows_itself_by_its_fields() -> None:
    assert repr(Kin.of(flag=True, number=3)) == (
        "Kin(0x31, flag=True, number=0x3, page=0x0, moved=0x0, lone=0x0, top=0x0, extra=False)"
    )
