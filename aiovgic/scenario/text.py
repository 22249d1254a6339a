"""Reading a file of a user: its text, or one error that says what is wrong with it."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError
from aiovgic.record.file import cannot_be_read, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
"""No recording is longer; what is, is a mistake or a bomb."""

GZIP_MAGIC = b"\x1f\x8b"


def read_text(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a file of so many bytes at most, unpacked if it is gzipped. Raises ScenarioError."""
    try:
        raw = read_bytes(path, most)
        if raw.startswith(GZIP_MAGIC):
            raw = gzip.GzipFile(fileobj=BytesIO(raw)).read(most + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise cannot_be_read(path, error) from None
    if len(raw) > most:
        raise ScenarioError(str(path), f"is longer than {most} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{path}:{line}", "is no text in UTF-8") from None
