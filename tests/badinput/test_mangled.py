"""Whatever is in a file, a command takes it or says in one line what is wrong with it, and where."""

from __future__ import annotations

import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING

import pytest

from devtools.mangle import mangled
from tests.badinput.files import KINDS, Kind, ask, originals, wrong

if TYPE_CHECKING:
    from pathlib import Path

ALL = 10_000
"""Cases of the long run, all kinds together."""

FEW = 250
"""Cases of a kind in the normal run."""

PROCESSES = 8
"""Cases of a kind that are processes of their own."""

SCHEDULES = ("", "2>init", "2>init 5>addr", "7=1", "0>addr 1>init 2>addr 3=1 4=0")
kinds = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traces of findings go to a folder of their own."""
    monkeypatch.chdir(tmp_path)


def case(kind: Kind, seed: int) -> bytes:
    """The mangled file with this number."""
    rng = Random(f"{kind.file}/{seed}")
    return mangled(rng.choice(originals(kind)), rng)


def told(kind: Kind, seeds: range, path: Path) -> list[str]:
    """What is said wrongly about mangled files."""
    found: list[str] = []
    for seed in seeds:
        path.write_bytes(case(kind, seed))
        why = wrong(*ask(kind.command(path)), path.name)
        if why is not None:
            found.append(f"{seed}: {why}")
    return found


@kinds
def test_a_mangled_file_is_taken_or_refused_in_one_line(kind: Kind, tmp_path: Path) -> None:
    assert told(kind, range(FEW), tmp_path / kind.file) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@kinds
def test_thousands_of_mangled_files_are_taken_or_refused_in_one_line(kind: Kind, tmp_path: Path) -> None:
    assert told(kind, range(FEW, FEW + ALL // len(KINDS)), tmp_path / kind.file) == []


@kinds
def test_most_mangled_files_are_refused_and_some_are_not(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / kind.file
    codes: list[int] = []
    for seed in range(40):
        path.write_bytes(case(kind, seed))
        codes.append(ask(kind.command(path))[0])
    assert codes.count(2) > 15
    assert len(codes) - codes.count(2) > 1


@kinds
def test_a_process_does_not_show_a_traceback_either(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / kind.file
    for seed in range(PROCESSES):
        path.write_bytes(case(kind, seed))
        asked = [sys.executable, "-m", "aiovgic", *kind.command(path)]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
        assert wrong(done.returncode, done.stdout, done.stderr, path.name) is None


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_mangled_schedule_is_followed_or_refused_in_one_line(schedule: str) -> None:
    for seed in range(100):
        rng = Random(f"schedule/{seed}")
        text = mangled(schedule.encode(), rng).decode(errors="surrogateescape").replace("\0", "")
        if not text.startswith("-"):
            assert wrong(*ask(["replay", "addr-vs-init", text]), "") is None
