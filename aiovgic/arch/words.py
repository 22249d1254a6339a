"""Words and their fields: the only file that masks and shifts.

A word is a subclass of `Word`, an immutable integer, and a field is a line in it. A field has
one of three kinds: `bit` is a bool, `bits` is a number, and `place` is a number whose bits keep
their place in it, as those of an address do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aiovgic.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self


SZ_4K = 0x1000
SZ_64K = 0x1_0000

WORD_BYTES = 8


class Field(property):
    """Bits ``hi`` to ``lo`` of a word; as a value they start at bit ``at``.

    A property, because nothing written in Python reads an attribute faster.
    """

    def __init__(self, get: Callable[[Any], int], hi: int, lo: int, at: int) -> None:
        super().__init__(get)
        self.lo = lo
        self.at = at
        self.mask = mask(hi, lo)
        self.values = mask(at + hi - lo, at)

    def fits(self, value: int) -> bool:
        """Whether the field can hold ``value``."""
        return value & ~self.values == 0

    def put(self, raw: int, value: int) -> int:
        """``raw`` with this field replaced."""
        return raw & ~self.mask | value >> self.at << self.lo


class NumberField(Field):
    """A field that is a number."""

    if TYPE_CHECKING:

        def __get__(self, word: Any, owner: type | None = None, /) -> int: ...  # type: ignore[override]  # it is never read on the class


class BoolField(Field):
    """A field that is true or false."""

    if TYPE_CHECKING:

        def __get__(self, word: Any, owner: type | None = None, /) -> bool: ...  # type: ignore[override]  # it is never read on the class


def bit(n: int) -> BoolField:
    """Bit ``n``, as a bool."""
    only = mask(n, n)
    return BoolField(lambda word: word & only != 0, n, n, 0)


def bits(hi: int, lo: int) -> NumberField:
    """Bits ``hi`` to ``lo``, as a number that starts at bit 0."""
    top = mask(hi - lo, 0)
    return NumberField(lambda word: word >> lo & top, hi, lo, 0)


def place(hi: int, lo: int, at: int | None = None) -> NumberField:
    """Bits ``hi`` to ``lo``, as a number that starts at bit ``at``, or at ``lo``: in place."""
    keep = mask(hi, lo)
    if at is None or at == lo:
        return NumberField(lambda word: word & keep, hi, lo, lo)
    return NumberField(lambda word: (word & keep) >> lo << at, hi, lo, at)


class Word(int):
    """An immutable register value whose class names its fields."""

    __slots__ = ()
    FIELDS: ClassVar[Mapping[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: field for name, field in vars(cls).items() if isinstance(field, Field)}
        for name in own:
            assert not hasattr(Word, name), f"{cls.__name__}.{name} would hide Word.{name}"
        cls.FIELDS = {**cls.FIELDS, **own}

    @classmethod
    def field(cls, name: str) -> Field:
        """The field with this name; TypeError with the nearest one if there is none."""
        try:
            return cls.FIELDS[name]
        except KeyError:
            hint = nearest(name, cls.FIELDS) or ";"
            known = ", ".join(cls.FIELDS) or "none"
            raise TypeError(f"{cls.__name__} has no field {name!r}{hint} Its fields: {known}") from None

    @classmethod
    def of(cls, **fields: int) -> Self:
        """The word with these fields, and zero elsewhere."""
        return cls(0).but(**fields)

    def but(self, **fields: int) -> Self:
        """This word with these fields replaced."""
        raw = int(self)
        for name, value in fields.items():
            field = self.field(name)
            if not field.fits(value):
                raise ValueError(f"{type(self).__name__}.{name} cannot hold {value:#x}, only bits of {field.values:#x}")
            raw = field.put(raw, value)
        return type(self)(raw)

    def only(self, *names: str) -> Self:
        """This word with the bits of these fields kept and all others zero."""
        keep = 0
        for name in names:
            keep |= self.field(name).mask
        return type(self)(self & keep)

    def __repr__(self) -> str:
        parts = [f"{int(self):#x}"]
        for name in self.FIELDS:
            value = getattr(self, name)
            parts.append(f"{name}={value if value is True or value is False else hex(value)}")
        return f"{type(self).__name__}({', '.join(parts)})"


def mask(hi: int, lo: int) -> int:
    """Ones in bits ``hi`` to ``lo``; nothing if ``hi`` is just below ``lo``."""
    return (1 << hi - lo + 1) - 1 << lo


def merge(old: int, value: int, offset: int, size: int) -> int:
    """The 64-bit ``old`` with bytes [``offset``, ``offset + size``) replaced by the low bytes of ``value``."""
    assert 0 <= offset <= offset + size <= WORD_BYTES, (offset, size)
    keep = mask(8 * size - 1, 0)
    return old & ~(keep << 8 * offset) | (value & keep) << 8 * offset


def extract(word: int, offset: int, size: int) -> int:
    """Bytes [``offset``, ``offset + size``) of a 64-bit word."""
    assert 0 <= offset <= offset + size <= WORD_BYTES, (offset, size)
    return word >> 8 * offset & mask(8 * size - 1, 0)


def align_ok(value: int, alignment: int) -> bool:
    """Whether ``value`` is a multiple of ``alignment``."""
    return value % alignment == 0


def to_le(value: int, size: int) -> bytes:
    """``size`` bytes, lowest first."""
    return value.to_bytes(size, "little")


def from_le(raw: bytes) -> int:
    """The number whose bytes these are, lowest first."""
    return int.from_bytes(raw, "little")


def set_bits(value: int) -> Iterator[int]:
    """The numbers of the bits that are one, ascending."""
    while value:
        lowest = value & -value
        yield lowest.bit_length() - 1
        value ^= lowest
