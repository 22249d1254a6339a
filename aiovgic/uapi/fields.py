"""The kinds of fields that operations have: what may be written, and what is made of it.

``parse`` raises ValueError with a sentence that needs no more than the field's name before it.
``schema`` is the same as JSON Schema.
"""

from __future__ import annotations

import string
from typing import Any, Protocol

from aiovgic.arch.icc import SYSREGS
from aiovgic.arch.words import mask, to_le
from aiovgic.text import nearest, shown
from aiovgic.uapi.constants import KVM_NAMES, SHORT_NAMES

MIN64 = -(1 << 63)
MAX64 = mask(63, 0)
NAMES = {**SHORT_NAMES, **KVM_NAMES}
LABEL_CHARS = frozenset(string.ascii_letters + string.digits + "_.-")
SIZES = (1, 2, 4, 8)

Schema = dict[str, Any]


class Kind(Protocol):
    """What a field may hold."""

    def parse(self, value: object) -> Any:
        """The value as the machine takes it. Raises ValueError."""

    def schema(self) -> Schema:
        """What may be written, as JSON Schema."""


def integer(value: object) -> int:
    """A number, its text in any C notation, or a KVM constant's name; at most 64 bits. Raises ValueError."""
    if isinstance(value, str):
        value = named(value)
    if not isinstance(value, int):
        raise ValueError(f"{shown(value)} is no number")
    if not MIN64 <= value <= MAX64:
        raise ValueError("does not fit 64 bits")
    return value & MAX64


def named(text: str) -> int:
    """The number a text stands for. Raises ValueError, with the nearest name."""
    if text in NAMES:
        return NAMES[text]
    try:
        return int(text[:80], 0)
    except ValueError:
        hint = nearest(text, list(NAMES))
        raise ValueError(f"{shown(text)} is no number and no KVM constant{hint}") from None


class Number:
    """A number that an ioctl's structure keeps ``width`` bits of, as C does."""

    def __init__(self, width: int = 64) -> None:
        self.keep = mask(width - 1, 0)

    def parse(self, value: object) -> int:
        return integer(value) & self.keep

    def schema(self) -> Schema:
        return {"type": ["integer", "string", "boolean"], "description": "a number, '0x...', or a KVM constant's name"}


class Size:
    """The width of an access, in bytes."""

    def parse(self, value: object) -> int:
        size = integer(value)
        if size not in SIZES:
            raise ValueError(f"{size} is no width; there are 1, 2, 4 and 8")
        return size

    def schema(self) -> Schema:
        return {"enum": list(SIZES)}


class Register:
    """A system register's name, with or without ``_EL1``."""

    def parse(self, value: object) -> str:
        for name in (f"{value}", f"{value}_EL1"):
            if name in SYSREGS:
                return name
        raise ValueError(f"{shown(value)} is no system register{nearest(value, list(SYSREGS))}")

    def schema(self) -> Schema:
        return {"enum": [*SYSREGS, *(name.removesuffix("_EL1") for name in SYSREGS)]}


class Hex:
    """Bytes, as hexadecimal digits."""

    def parse(self, value: object) -> bytes:
        try:
            return bytes.fromhex(str(value))
        except ValueError:
            raise ValueError(f"{shown(value)} are no bytes in hexadecimal") from None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": "^([0-9a-fA-F]{2})*$"}


class Words:
    """64-bit words, little-endian, as bytes."""

    def parse(self, value: object) -> bytes:
        if not isinstance(value, list):
            raise ValueError(f"{shown(value)} is no list of words")
        return b"".join(to_le(integer(word), 8) for word in value)

    def schema(self) -> Schema:
        return {"type": "array", "items": Number().schema()}


class Handle:
    """A file descriptor by its index, or by the label of the operation that made it."""

    def __init__(self, width: int = 32) -> None:
        self.keep = mask(width - 1, 0)

    def parse(self, value: object) -> int | str:
        if isinstance(value, str) and value[:1].isalpha() and LABEL_CHARS.issuperset(value):
            return value
        return integer(value) & self.keep

    def schema(self) -> Schema:
        return {"type": ["integer", "string"], "description": "an index, or a label given with 'as'"}
