"""stress: what it finds, what it says, and what a seed repeats."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.errors import UsageError
from aiovgic.lab.stress import stress
from aiovgic.scenario.loader import parse

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from aiovgic.lab.stress import StressResult

MSI = """
schema: 1
title: An MSI is taken by one of the two
machine: {vcpus: 2, its: [{device: 2}], lpis: [{lpi: 8192, device: 2, event: 0, vcpu: 0}]}
tasks:
  mover: {vcpu: 0, steps: [{movi: {device: 2, event: 0, to: 1}}, ack, eoi]}
  nic: {thread: nic, steps: [{msi: {device: 2, event: 0}}, {msi: {device: 2, event: 5}}]}
always: {delivered: {8192: 1}}
sometimes:
  - taken: {8192: vcpu1}
  - taken: {8192: vcpu1}
"""


def told(result: StressResult) -> str:
    """A report without its times."""
    text = re.sub(r"[0-9.]+ s\)", "TIME)", str(result))
    return re.sub(r"[0-9,]+(?= points/s|/s)", "N", text)


def steady(result: StressResult) -> dict[str, Any]:
    """A result without its time."""
    return {**result.to_json(), "seconds": 0}


def test_a_clean_scenario_is_told_with_what_became_of_its_lpis(snapshot: SnapshotAssertion) -> None:
    result = stress(parse(MSI, "msi.yaml", "msi"), rounds=20, seed=3)
    assert result.good
    assert result.rounds == 20
    assert told(result) == snapshot


@pytest.mark.parametrize("name", ["addr-vs-init", "init-vs-init", "msi-vs-init"])
def test_the_init_races_are_found_live_and_told_once(name: str, snapshot: SnapshotAssertion) -> None:
    result = stress(name, rounds=40, revision="its-v7")
    assert len(result.findings) == 1
    assert told(result) == snapshot


def test_the_line_of_a_finding_shows_it_in_its_first_round() -> None:
    found = stress("addr-vs-init", rounds=40, revision="its-v7").finding
    assert found is not None
    words = found.replay.split()
    seed = int(words[words.index("--seed") + 1])
    again = stress("addr-vs-init", rounds=1, seed=seed, revision="its-v7").finding
    assert again is not None
    assert (again.title, again.at_execution) == (found.title, 1)


def test_the_same_seed_gives_the_same_rounds_and_another_seed_others() -> None:
    first, second, other = (
        steady(stress("addr-vs-init", rounds=60, seed=seed, revision="its-v7")) for seed in (9, 9, 1000)
    )
    assert first == second
    assert other["findings"][0]["rounds"] != first["findings"][0]["rounds"]


def test_it_ends_when_the_time_is_over() -> None:
    began = time.perf_counter()
    result = stress("init-vs-init", seconds=0.3)
    assert 0.3 <= time.perf_counter() - began < 10
    assert result.rounds > 0


@pytest.mark.parametrize(("how", "says"), [({"seconds": 0.0}, "some time"), ({"chaos": 1.5}, "a probability")])
def test_what_cannot_be_is_refused(how: dict[str, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        stress("init-vs-init", **how)  # type: ignore[arg-type]  # one of two keywords


INTERRUPT = """
import signal, sys
from aiovgic.cli.main import run
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background of a shell ignores SIGINT
sys.exit(run(["-v", "stress", "addr-vs-init", "--seconds", "60", "--json", *sys.argv[1:]]))
"""


@pytest.mark.parametrize(("revision", "code"), [("fixed", 130), ("its-v7", 1)])
def test_ctrl_c_keeps_what_was_found(tmp_path: Path, revision: str, code: int) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", INTERRUPT, "--revision", revision]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stderr is not None
        ended = (line for line in running.stderr if "task ended" in line)
        for _ in range(40):
            next(ended)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=20)
    assert running.returncode == code
    result = json.loads(out)
    assert result["interrupted"] is True
    assert result["rounds"] > 0
    assert len(result["findings"]) == code % 2
