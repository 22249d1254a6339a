"""Whatever is in a file, a command takes it or says in one line what is wrong with it, and where."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiovgic.cli.main import run
from aiovgic.testing.mangle import mangled
from tests.badinput.files import KINDS, Kind, originals, wrong

ALL = 10_000
FEW = 400
PARTS = 4
kinds = pytest.mark.parametrize("kind", KINDS, ids=[f"{kind.before[0]} {kind.file}" for kind in KINDS])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(kind: Kind, data: bytes, path: Path, capsys: pytest.CaptureFixture[str]) -> str | None:
    """What is wrong with what the command says about a file."""
    path.write_bytes(data)
    code = run(kind.command(path))
    said = capsys.readouterr()
    why = wrong(code, said.out, said.err, path)
    return None if why is None else f"{why}: {said.err.strip()} {said.out[:400]}"


def case(kind: Kind, seed: int) -> bytes:
    """The mangled file with this number."""
    rng = Random(f"{kind.file}/{seed}")
    return mangled(rng.choice(originals(kind)), rng)


def storm(kind: Kind, seeds: range, path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was said wrongly about many files."""
    told = ((seed, answer(kind, case(kind, seed), path, capsys)) for seed in seeds)
    return [f"{seed}: {why}" for seed, why in told if why is not None]


@kinds
def test_a_mangled_file_is_taken_or_refused_in_one_line(
    kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert storm(kind, range(FEW), tmp_path / kind.file, capsys) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@kinds
def test_many_mangled_files_are_taken_or_refused_in_one_line(
    kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert storm(kind, range(FEW, FEW + ALL // len(KINDS)), tmp_path / kind.file, capsys) == []
