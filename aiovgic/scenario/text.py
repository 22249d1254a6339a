"""Reading a file that somebody gave us: whatever it is, one clear error or its text."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 256 * 1024 * 1024
"""No script or scenario is longer; what is, is a mistake or a bomb."""

GZIP_MAGIC = b"\x1f\x8b"


def read_text(path: Path) -> str:
    """The text of a file, unpacked if it is gzipped. Raises ScenarioError."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
            file.seek(0)
            raw = gzip.GzipFile(fileobj=file).read(MAX_BYTES + 1) if packed else file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(str(path), f"cannot be read: {why}") from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError(str(path), f"is longer than {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{path}:{line}", "is no text in UTF-8") from None
