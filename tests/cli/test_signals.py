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

from aiovgic.cli import signals

MAIN = "from aiovgic.cli import progress; progress.BEAT_S = 0.2; from aiovgic.cli.entry import main; main()"
"""The command, with a line of progress five times a second."""

ENDLESS_LAYER = """\
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces


@replaces(Its)
class Endless(Its):
    async def ctrl_init(self) -> None:
        while True:
            pass
"""
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
def test_a_comparison_that_was_interrupted_does_not_say_that_the_model_agrees(number: int) -> None:
    with start("conform", "--jobs", "2") as running:
        code, out, err = ended(running, number, " s, in ")
    assert code == ENDS[signal.Signals(number)]
    assert out == "v6.12 not compared: interrupted, no recording was played\n" or "agrees so far, interrupted: " in out
    assert "Traceback" not in err


@SIGNALS
def test_a_verb_that_ends_in_its_first_execution_says_that_none_ended(number: int, tmp_path: Path) -> None:
    layer = tmp_path / "endless.py"
    layer.write_text(ENDLESS_LAYER, encoding="utf-8")
    with start("replay", "init-vs-init", "", "--bug", str(layer)) as running:
        code, out, err = ended(running, number, "in endless.py")
    assert (code, out) == (ENDS[signal.Signals(number)], "")
    assert err.endswith("aiovgic: interrupted: no execution ended, no result\n")


@SIGNALS
def test_a_live_run_is_cancelled_and_leaves_no_traceback(number: int) -> None:
    with start("stress", "msi-vs-discard", "--chaos", "0", "--seconds", "600", "--json") as running:
        code, out, err = ended(running, number, " seconds, ")
    assert code == ENDS[signal.Signals(number)]
    assert json.loads(out)["interrupted"] is True
    assert "Traceback" not in err


def test_a_signal_that_comes_when_the_result_is_there_does_not_keep_it_from_being_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signals.Received, "has_result", True)
    signals.came(signal.SIGTERM, None)
    with pytest.raises(KeyboardInterrupt):
        signals.came(signal.SIGTERM, None)
