"""SIGTERM ends a verb as Ctrl-C does: what was found is kept, and the exit code says whether anything was."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = "from aiovgic.cli import progress; progress.BEAT_S = 0.2; from aiovgic.cli.entry import main; main()"
"""The command, with a line of progress five times a second."""

ENDLESS = ["--outcomes", "--strategy", "random", "--budget", "100000000"]
ENDS = {signal.SIGTERM: 143, signal.SIGINT: 130}
SIGNALS = pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def start(*arguments: str) -> subprocess.Popen[str]:
    """A command, in a process of its own."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", MAIN, *arguments], env=known, stdout=pipe, stderr=pipe, text=True)


def ended(running: subprocess.Popen[str], number: int, until: str) -> tuple[int, str, str]:
    """Send a signal when a line of progress holds this text: the exit code, and what was said afterwards."""
    assert running.stderr is not None
    line = ""
    while until not in line:
        line = running.stderr.readline()
        assert line
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    return running.returncode, out, err


@SIGNALS
def test_a_search_that_found_nothing_says_which_signal_ended_it(number: int) -> None:
    with start("explore", "init-vs-init", *ENDLESS) as running:
        code, out, err = ended(running, number, " executions, ")
    assert code == ENDS[signal.Signals(number)]
    assert re.match(r"init-vs-init  interrupted, not complete  \d+ executions  \(", out)
    assert "Traceback" not in err


@SIGNALS
def test_a_search_that_found_something_is_exit_code_1_whatever_ended_it(number: int) -> None:
    with start("explore", "init-vs-init", "--revision", "its-v7", *ENDLESS) as running:
        code, out, err = ended(running, number, " executions, ")
    assert code == 1
    assert out.startswith("init-vs-init  FAILED  list: its0 is on the bus 2 times")
    assert "Traceback" not in err
    assert list(Path(".aiovgic/init-vs-init@its-v7").glob("list-*.jsonl"))


@SIGNALS
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_check_of_the_catalogue_keeps_what_was_checked(number: int, jobs: str) -> None:
    with start("bugs", "--verify", "--jobs", jobs, "--json") as running:
        code, out, err = ended(running, number, " s, in ")
    assert code == ENDS[signal.Signals(number)]
    assert json.loads(out)["interrupted"] is True
    assert "Traceback" not in err


@SIGNALS
def test_stress_keeps_what_was_found_so_far(number: int) -> None:
    with start("stress", "addr-vs-init", "--seconds", "600") as running:
        code, out, err = ended(running, number, " seconds, ")
    assert code == ENDS[signal.Signals(number)]
    assert re.match(r"addr-vs-init  nothing found in [\d,]+ rounds, interrupted  \(", out)
    assert "Traceback" not in err


@SIGNALS
def test_a_verb_that_keeps_nothing_says_that_it_was_interrupted(number: int) -> None:
    with start("conform", "--jobs", "2") as running:
        code, out, err = ended(running, number, " s, in ")
    assert (code, out) == (ENDS[signal.Signals(number)], "")
    assert err.endswith("aiovgic: interrupted\n")
