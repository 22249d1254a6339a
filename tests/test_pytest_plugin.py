"""The pytest plugin: explored functions, scenario files, options."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import UsageError
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay
from aiovgic.lab.run import run
from aiovgic.lab.stress import stress
from aiovgic.pytest_plugin import explored
from aiovgic.scenario.shipped import scenarios
from aiovgic.scenario.written import whole

if TYPE_CHECKING:
    from pathlib import Path

    from aiovgic import Cpu, Machine

MACHINE = {"vcpus": 2, "its": [{"device": 2}], "lpis": [{"lpi": 8192, "device": 2, "event": 1}]}


async def taker(cpu: Cpu) -> None:
    """A guest waits, takes and ends."""
    await cpu.wfi()
    await cpu.eoi(await cpu.ack(label="taken"))


@explored(machine=MACHINE)
async def test_an_lpi_is_taken_by_the_guest_that_waits(m: Machine) -> None:
    async with m.tasks() as together:
        together.start(m.vcpu[0].run, taker)
        together.start(m.kvm.msi, 2, 1)
    assert m.delivered(8192) == 1
    assert m.taken_by(8192) == "vcpu0"
    assert m.results["taken"]["value"] == "0x2000"


@explored(machine={"its": [{"state": "created"}]}, strategy="random", budget=50)
async def test_what_comes_before_the_race_is_alone(m: Machine) -> None:
    assert (await m.kvm.set_attr("its0", "ADDR", "ITS", 0x0808_0000))["ret"] == 0
    async with m.tasks() as together:
        for _ in range(2):
            together.start(m.kvm.set_attr, "its0", "CTRL", "INIT")
    assert (await m.kvm.get_attr("its0", "ADDR", "ITS"))["value"] == "0x8080000"


@explored()
async def test_nothing_has_to_race(m: Machine) -> None:
    assert (await m.kvm.irq_line(0x1000020))["ret"] == 0


async def init_race(m: Machine) -> None:
    """The race of 2016."""
    async with m.tasks() as together:
        together.start(m.kvm.set_attr, "its0", "ADDR", "ITS", 0x0808_0000, name="addr", label="addr")
        together.start(m.kvm.set_attr, "its0", "CTRL", "INIT", name="init", label="init")
    msi = await m.kvm.do("signal_msi", address=0x0808_0040, devid=2, data=1, flags="VALID_DEVID")
    assert msi["errno"] == "EBUSY", f"an MSI gets {msi['errno']}"


CREATED = {"its": [{"state": "created"}]}


def test_an_assertion_after_the_race_is_a_finding_that_replays() -> None:
    scenario = whole(init_race, machine=CREATED)
    result = explore(scenario, revision="its-v7")
    assert result.finding is not None
    assert (result.finding.kind, result.finding.rule) == ("expectation", "assert")
    assert result.finding.title == "an MSI gets EINVAL"
    again = replay(scenario, result.finding.schedule, revision="its-v7")
    assert result.trace is not None
    assert again.trace.digest == result.trace.digest
    assert result.finding.replay.startswith("pytest tests/test_pytest_plugin.py::init_race --aiovgic-replay ")


@pytest.mark.parametrize("live", [pytest.param(False, id="in order"), pytest.param(True, id="live")])
def test_such_a_function_runs_on_both_engines(live: bool) -> None:
    result = run(whole(init_race, machine=CREATED), live=live)
    assert result.good, str(result)
    assert result.results["init"]["ret"] == 0


async def twice(m: Machine) -> None:
    """Two races."""
    for _ in range(2):
        async with m.tasks() as together:
            together.start(m.kvm.irq_line, 0x1000020)


def test_there_is_one_race_in_an_execution() -> None:
    with pytest.raises(UsageError, match="twice: there is one race in an execution"):
        run(whole(twice))
    with pytest.raises(UsageError, match="it is not for stress"):
        stress(whole(twice), rounds=1)


# -- through pytest itself --------------------------------------------------------------------------

TEST = """
from aiovgic.pytest_plugin import explored

@explored(machine={"its": [{"state": "created"}]}, revision="its-v7")
async def test_race(m):
    async with m.tasks() as together:
        together.start(m.kvm.set_attr, "its0", "ADDR", "ITS", 0x0808_0000, name="addr")
        together.start(m.kvm.set_attr, "its0", "CTRL", "INIT", name="init")
    msi = await m.kvm.do("signal_msi", address=0x0808_0040, devid=2, data=1, flags="VALID_DEVID")
    assert msi["errno"] == "EBUSY", "nobody answers"
"""


def session(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest in a folder of its own, as at a desk: where CI is set, pytest prints every report twice."""
    known = any(each.value == "aiovgic.pytest_plugin" for each in entry_points(group="pytest11"))
    plugin = () if known else ("-p", "aiovgic.pytest_plugin")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, *arguments]
    desk = {key: value for key, value in os.environ.items() if key not in {"CI", "BUILD_NUMBER"}}
    return subprocess.run(command, cwd=folder, env=desk, capture_output=True, text=True, check=False)


def test_a_test_that_fails_shows_the_report_and_its_replay(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    ran = session(tmp_path)
    assert ran.returncode == 1, ran.stdout
    assert "test_it.py::test_race  FAILED  expectation: nobody answers" in ran.stdout
    [line] = [line for line in ran.stdout.splitlines() if line.startswith("  replay  pytest ")]
    replayed = session(tmp_path, "--aiovgic-replay", line.rpartition(" ")[2].strip("'"))
    assert replayed.returncode == 1
    assert "replayed, " in replayed.stdout
    assert session(tmp_path, "--aiovgic-replay", "").returncode == 0
    assert session(tmp_path, "--aiovgic-budget", "1").returncode == 0


def test_another_revision_is_asked_for_and_repeated_in_the_replay_line(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TEST.replace("its-v7", "fixed"), encoding="utf-8")
    assert session(tmp_path).returncode == 0
    ran = session(tmp_path, "--aiovgic-revision", "its-v7")
    assert ran.returncode == 1
    assert "  replay  pytest test_it.py::test_race --aiovgic-replay '2>init' --aiovgic-revision its-v7\n" in ran.stdout


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("revision", "v6.13", "there is no revision 'v6.13'; did you mean 'v6.12'?"),
        ("replay", "12", "'12' is no part of a schedule; a switch is '12>nic', a choice '7=1'"),
        ("budget", "0", "--aiovgic-budget: is 0; it must be at least 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_any_test(tmp_path: Path, option: str, value: str, says: str) -> None:
    ran = session(tmp_path, f"--aiovgic-{option}", value)
    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    assert ran.stderr.strip() == f"ERROR: {says}"


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("budget=0", "the budget must be at least one execution, not 0"),
        ("revision='v6.13'", "there is no revision 'v6.13'; did you mean 'v6.12'?"),
        ("machine={'itss': []}", "test_it.py: machine: unknown key 'itss'; did you mean 'its'?"),
    ],
)
def test_a_test_that_cannot_be_explored_fails_with_one_line(tmp_path: Path, how: str, says: str) -> None:
    text = f"from aiovgic.pytest_plugin import explored\n\n@explored({how})\nasync def test_it(m): ...\n"
    (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
    ran = session(tmp_path)
    assert ran.returncode == 1
    assert f"\n{says}\n" in ran.stdout
    assert "Traceback" not in ran.stdout
    assert "During handling" not in ran.stdout


def test_scenario_files_collect_themselves(tmp_path: Path) -> None:
    text = scenarios()["init-vs-init"].read_text(encoding="utf-8")
    (tmp_path / "good.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace("tasks:", "tasks:\n  odd: {thread: x, stesp: []}"), "utf-8")
    (tmp_path / "other.yaml").write_text("steps: []\n", encoding="utf-8")
    ran = session(tmp_path, "-rA")
    assert "1 failed, 1 passed" in ran.stdout
    assert "tasks.odd: unknown key 'stesp'; did you mean 'steps'?" in ran.stdout
