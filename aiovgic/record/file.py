"""Read files of users, with a limit of bytes and of time; write files whole."""

from __future__ import annotations

import os
import select
import stat
from typing import TYPE_CHECKING, BinaryIO

from aiovgic.errors import ScenarioError

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 5.0
"""Seconds that a pipe may take until its first byte."""


def open_file(path: Path) -> BinaryIO:
    """A file, or a pipe with a writer, open for reading. Raises OSError."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        wait_for_writer(file)
        os.set_blocking(file, True)
        return os.fdopen(file, "rb")
    except BaseException:  # Ctrl-C, too
        os.close(file)
        raise


def wait_for_writer(file: int) -> None:
    """Wait until a pipe has something to say, or is at its end. Raises TimeoutError."""
    if stat.S_ISFIFO(os.fstat(file).st_mode) and not select.select([file], [], [], PATIENCE_S)[0]:
        raise TimeoutError(0, f"nothing was written into this pipe for {PATIENCE_S:g} s")


def read_bytes(path: Path, most: int) -> bytes:
    """The bytes of a file that is not too long. Raises ScenarioError."""
    try:
        with open_file(path) as file:
            raw = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise cannot_be_read(path, error) from None
    if len(raw) > most:
        raise ScenarioError(str(path), f"is longer than {most} bytes")
    return raw


def cannot_be_read(path: Path, error: Exception) -> ScenarioError:
    """The error for a file that cannot be read."""
    return ScenarioError(str(path), f"cannot be read: {getattr(error, 'strerror', None) or error}")


def write_whole(path: Path, raw: bytes) -> None:
    """Put bytes into a file so that a reader, or a crash, finds all of them or what was there before.

    They go to a temporary file beside it, to the disk, and then under the file's name. What is no regular file,
    such as /dev/null or a pipe, is written to as it is. Raises OSError.
    """
    here = path.resolve()
    if here.exists() and not here.is_file():
        here.write_bytes(raw)
        return
    made = here.with_name(f".{here.name}.{os.getpid()}.new")
    try:
        with made.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        made.replace(here)
    except BaseException:  # Ctrl-C, too
        made.unlink(missing_ok=True)
        raise
    sync_folder(here.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
