"""What travels in the wheel: every recording says which kernel it is of, and nothing else lies about."""

from __future__ import annotations

from pathlib import Path

import pytest

import aiovgic
from aiovgic.scenario.recording import load_recording
from aiovgic.scenario.shipped import recordings

DATA = Path(aiovgic.__file__).parent / "data"
FILES = sorted(path for path in DATA.rglob("*") if path.is_file())
RECORDINGS = [path for path in FILES if path.suffix == ".gz"]


def test_there_are_recordings_of_each_kernel_and_nothing_unknown() -> None:
    assert {path.parent.name for path in RECORDINGS} == {
        "linux-6.1",
        "linux-6.1-gicv2",
        "linux-6.12",
        "linux-6.12-gicv2",
    }
    assert [path.name for path in FILES if path not in RECORDINGS] == ["README.md"]


def test_every_recording_is_played_by_conform() -> None:
    played = [path for revision in ("v6.12", "v6.1") for path in recordings(revision)]
    assert sorted(played) == RECORDINGS


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_recording_can_be_read_and_has_scripts(path: Path) -> None:
    recording = load_recording(path)
    assert recording.scripts
