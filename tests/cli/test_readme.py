"""The output that the README shows is what the command prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.cli.main import run

if TYPE_CHECKING:
    import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
BLOCKS = re.findall(r"^```\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def timeless(text: str) -> str:
    """A report without its seconds."""
    return re.sub(r"\d+\.\d s$", "T s", text, flags=re.MULTILINE)


def test_make_demo_prints_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["explore", "addr-vs-init", "--revision", "its-v7"]) == 1
    said = timeless(capsys.readouterr().out)
    assert said in [timeless(block) for block in BLOCKS]
