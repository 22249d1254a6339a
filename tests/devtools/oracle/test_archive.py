"""Archives that a kernel unpacks."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from devtools.oracle.archive import ALIGNMENT, archive

if TYPE_CHECKING:
    from pathlib import Path


def test_an_archive_fills_whole_blocks() -> None:
    assert len(archive("name", b"x" * 777)) % ALIGNMENT == 0


@pytest.mark.skipif(shutil.which("cpio") is None, reason="cpio is not installed")
def test_cpio_unpacks_what_was_packed(tmp_path: Path) -> None:
    packed = archive("a-name", b"content", 0o755)
    subprocess.run(["cpio", "-i", "--quiet"], input=packed, cwd=tmp_path, check=True)  # noqa: S607  from the PATH
    made = tmp_path / "a-name"
    assert made.read_bytes() == b"content"
    assert made.stat().st_mode & 0o777 == 0o755
