"""Files as they come back from an editor, a bad disk or an enemy: a seeded mutator for text, JSON lines and gzip."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

WORD = re.compile(rb"[A-Za-z_][\w-]*|-?\d\w*")

NASTY: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        -1,
        0,
        1.5,
        1e300,
        "",
        "0x",
        "nonsense",
        "\0",
        "\x1b[31m",
        "a\nb",
        "\u202e",
        "\u2028",
        [],
        {},
        [[]],
    ),
    *({"op": "run"}, 1 << 32, (1 << 63) - 1, (1 << 64) - 1, 1 << 64, -(1 << 63), 10**40, "0x" + "f" * 40, "9" * 200),
    *([0] * 50, "x" * 2000, "KVM_DEV_ARM_VGIC_GRP_ADR", "vgic-v4", "ITS0"),
)
"""Values that a field is not expected to have."""

# fmt: off
PIECES = (
    b"-1", b"0", b"1e999", b"9" * 30, b"0x" + b"f" * 20, b"null", b"true", b"[]", b"{}", b"- ", b": ", b"\n", b"  ",
    b"!foo ", b"!!python/object:os.system ", b"&a ", b"*a", b"'", b'"', b"#", b"|", b">", b"? ", b"a: b", b"\t", b"\0",
    b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\x85", b"\x1b[2J", b"\r", b"{" * 300, b"[" * 3000, b"%",
)
# fmt: on
"""Pieces of text that parsers stumble over."""


def mangled(data: bytes, rng: Random) -> bytes:
    """A file with one to three things done to it."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(WAYS)(data, rng)
    return data


def cut(data: bytes, rng: Random) -> bytes:
    """It ends too early."""
    return data[: rng.randrange(len(data) + 1)]


def flip(data: bytes, rng: Random) -> bytes:
    """One bit of one byte is another one."""
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def piece(data: bytes, rng: Random) -> bytes:
    """A piece is put in, in place of a few bytes."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(PIECES) + data[at + rng.choice((0, 0, 1, 5, 20)) :]


def lines(data: bytes, rng: Random) -> bytes:
    """A line is lost, doubled, cut in its middle or swapped with another."""
    parts = data.splitlines(keepends=True)
    if not parts:
        return data
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    kind = rng.randrange(4)
    if kind == 0:
        del parts[one]
    elif kind == 1:
        parts.insert(other, parts[one])
    elif kind == 2:
        parts[one] = parts[one][: rng.randrange(len(parts[one]))] + b"\n"
    else:
        parts[one], parts[other] = parts[other], parts[one]
    return b"".join(parts)


def word(data: bytes, rng: Random) -> bytes:
    """A word is misspelt, or is another word of the file, a nasty value or nothing."""
    found = list(WORD.finditer(data))
    if not found:
        return data
    match, other = rng.choice(found), rng.choice(found).group()
    old = match.group()
    at = rng.randrange(len(old))
    new = rng.choice((
        old[:at] + old[at + 1 :],
        old[:at] + old[at : at + 1] * 2 + old[at + 1 :],
        old[::-1],
        other,
        json.dumps(rng.choice(NASTY)).encode(),
    ))  # fmt: skip
    return data[: match.start()] + new + data[match.end() :]


def member(data: bytes, rng: Random) -> bytes:
    """A member of an object in a JSON line gets a nasty value, another name, or is gone."""
    parts = data.splitlines()
    if not parts:
        return data
    at = rng.randrange(len(parts))
    try:
        value = json.loads(parts[at])
    except ValueError:
        return word(data, rng)
    target = value
    while isinstance(target, dict) and target:
        key = rng.choice(sorted(target))
        if isinstance(target[key], dict) and target[key] and rng.getrandbits(1):
            target = target[key]
            continue
        old = target.pop(key)
        kind = rng.randrange(4)
        if kind == 1:
            target[key[:-1]] = old
        elif kind:
            target[key] = rng.choice(NASTY)
        break
    parts[at] = json.dumps(value).encode()
    return b"\n".join(parts) + b"\n"


def packed(data: bytes, rng: Random) -> bytes:
    """It is gzipped, and then perhaps broken."""
    squeezed = gzip.compress(data, 1, mtime=0)
    return rng.choice((squeezed, squeezed[: rng.randrange(1, len(squeezed))], flip(squeezed, rng), squeezed + b"tail"))


WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    cut,
    flip,
    piece,
    piece,
    lines,
    word,
    word,
    member,
    member,
    packed,
)
