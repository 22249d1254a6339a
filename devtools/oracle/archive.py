"""Archives in the format "newc" of cpio, which a kernel unpacks as its first file system."""

from __future__ import annotations

MAGIC = b"070701"
REGULAR = 0o100000
END = "TRAILER!!!"
ALIGNMENT = 512
"""Archives one after the other begin at such a multiple; what a later one holds replaces what an earlier one holds."""


def entry(name: str, content: bytes, mode: int) -> bytes:
    """One file: a head of 13 hexadecimal numbers, the name, the content."""
    named = name.encode() + b"\0"
    numbers = (0, REGULAR | mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(named), 0)
    head = MAGIC + b"".join(b"%08X" % number for number in numbers) + named
    return padded(head, 4) + padded(content, 4)


def archive(name: str, content: bytes, mode: int = 0o644) -> bytes:
    """An archive of one file."""
    return padded(entry(name, content, mode) + entry(END, b"", 0), ALIGNMENT)


def padded(content: bytes, alignment: int) -> bytes:
    """The content with zeros up to a multiple of ``alignment`` bytes."""
    return content + b"\0" * (-len(content) % alignment)
