"""explore tells a finding when it is made: printed, its trace on the disk, and only then shrunk."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.cli.main import run
from aiovgic.lab.replay import replay_trace
from aiovgic.record.trace import Trace

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

MAIN = "from aiovgic.cli.entry import main; main()"
ENDLESS = ["init-vs-init", "--revision", "its-v7", "--outcomes", "--strategy", "random", "--budget", "100000000"]
"""A search that finds something in its first execution and goes on for hours."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def start(*arguments: str) -> subprocess.Popen[str]:
    """A search, in a process of its own."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    asked = [sys.executable, "-c", MAIN, "explore", *arguments]
    return subprocess.Popen(asked, env=known, stdout=pipe, stderr=pipe, text=True)


def kept() -> list[Path]:
    """All traces there are."""
    return sorted(path for path in Path(".aiovgic").rglob("*") if path.is_file())


@pytest.mark.parametrize("strategy", ["dpor", "urw"])
def test_a_finding_is_told_and_then_what_came_of_shrinking_it(
    strategy: str, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    assert run(["explore", "addr-vs-init", "--revision", "its-v7", "--strategy", strategy]) == 1
    said = capsys.readouterr()
    assert re.sub(r"\d+\.\d s$", "T s", said.out, flags=re.MULTILINE) == snapshot
    assert said.err == ""


def test_a_finding_has_one_file_named_by_kind_and_schedule_however_it_was_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for strategy in ("auto", "random", "pct", "urw"):
        assert run(["explore", "addr-vs-init", "--revision", "its-v7", "--strategy", strategy]) == 1
    [path] = kept()
    schedule = Trace.load(path).head.schedule
    assert path.parent.name == "addr-vs-init@its-v7"
    assert path.name == f"expectation-{sha256(schedule.encode()).hexdigest()[:8]}.jsonl"
    assert f"  timeline  aiovgic timeline {path}\n  written  {path}\n" in capsys.readouterr().out


def test_the_folder_names_the_bug_and_a_file_of_layers_without_its_path(tmp_path: Path) -> None:
    layers = tmp_path / "deep" / "mine.py"
    layers.parent.mkdir()
    layers.write_text(
        "from aiovgic.model.its.its import Its\nfrom aiovgic.sync import replaces\n\n\n"
        "@replaces(Its)\nclass Mine(Its):\n    pass\n",
        encoding="utf-8",
    )
    assert (
        run(["explore", "addr-vs-init", "--revision", "its-v7", "--bug", "cache-after-off", "--bug", str(layers)]) == 1
    )
    [path] = kept()
    assert path.parent.name == "addr-vs-init@its-v7+cache-after-off+mine"


def test_trace_puts_the_first_finding_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "addr-vs-init", "--revision", "its-v7", "--trace", "here.jsonl", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["traces"] == ["here.jsonl"]
    assert kept() == []
    assert replay_trace("here.jsonl").finding is not None


def test_beside_json_a_finding_is_told_at_once_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "addr-vs-init", "--revision", "its-v7", "--json"]) == 1
    said = capsys.readouterr()
    [path] = kept()
    title = json.loads(said.out)["findings"][0]["title"]
    assert said.err == f"aiovgic: expectation: {title} (execution 2); written {path}\n"


def test_a_schedule_too_long_for_a_line_is_replayed_from_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["active-vs-active", "--bug", "active-change-livelock", "--strategy", "random", "--trace", "a b.jsonl"]
    assert run(["explore", *asked]) == 1
    said = capsys.readouterr().out
    first = next(line for line in said.splitlines() if line.startswith("  replay  "))
    assert first == "  replay  aiovgic replay 'a b.jsonl'"
    assert "  smaller schedule: " in said


def test_kill_9_loses_nothing_that_was_told() -> None:
    with start(*ENDLESS) as running:
        assert running.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("  written  "):
            lines.append(running.stdout.readline())
            assert lines[-1], lines
        running.kill()
    assert lines[0].startswith("init-vs-init  FAILED  list: its0 is on the bus 2 times")
    [path] = kept()
    assert lines[-1] == f"  written  {path}\n"
    again = replay_trace(path)
    assert again.finding is not None
    assert again.finding.kind == "list"


def test_a_trace_that_cannot_be_written_does_not_keep_the_finding_from_being_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path(".aiovgic").write_text("a file", encoding="utf-8")
    assert run(["explore", "addr-vs-init", "--revision", "its-v7"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("addr-vs-init  FAILED  expectation: ")
    assert re.fullmatch(r"aiovgic: the trace is not written: \.aiovgic\S+: Not a directory\n", said.err)


FITS = {"kernel": "BUG: KASAN: slab-use-after-free in ", "kasan": "BUG: KASAN: slab-use-after-free in "}


@pytest.mark.parametrize("shape", ["kernel", "kasan", "kcsan", "lockdep"])
def test_a_shape_is_for_its_kinds_and_for_others_a_line_says_which_fits(
    shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explore", "msi-vs-discard", "--bug", "cache-hit-no-ref", "--format", shape]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    if shape in FITS:
        assert FITS[shape] in said.out
        allocated, freed = said.out.partition("\nAllocated by task setup:\n")[2].split("\nFreed by task driver:\n")
        assert " add_lpi (model/lpi.py:" in allocated
        assert " handle_discard (model/its/mapping_commands.py:" in freed
        assert " write_cwriter (model/its/frame.py:" in freed  # the task that handed over to the ITS
    else:
        first, second = said.out.splitlines()[:2]
        assert first.startswith("FAILED  use-after-free: irq8192.")
        assert second.startswith(f"  --format {shape} is for ")
        assert second.endswith("; use --format text or --format kernel or --format kasan")
