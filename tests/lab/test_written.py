"""Scenarios written in Python: async guests and threads, explored, replayed, run live."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import aiovgic
from aiovgic import Cpu, Kvm, UsageError, explore, race, replay, run, stress, vcpu
from aiovgic.errors import ScenarioError

MACHINE = {"vcpus": 2, "its": [{"device": 2}], "lpis": [{"lpi": 8192, "device": 2, "event": 1}]}


async def nic(kvm: Kvm) -> None:
    """A device sends its event."""
    assert (await kvm.msi(2, 1, label="msi"))["ret"] == 1


async def taker(cpu: Cpu) -> None:
    """A guest waits, takes and ends."""
    await cpu.wfi()
    intid = await cpu.ack(label="taken")
    assert intid == 8192, f"took {intid}"
    await cpu.eoi(intid)


async def mover(cpu: Cpu) -> None:
    """A guest sends the event elsewhere."""
    await cpu.its("movi", device=2, event=1, to=1)
    await cpu.its("sync", label="done")


def test_guests_and_threads_are_explored() -> None:
    result = explore(race({"guest": vcpu(0, taker), "nic": nic}, machine=MACHINE, always={"delivered": {8192: 1}}))
    assert result.good, str(result)
    assert result.complete


def test_a_moved_event_is_taken_where_it_was_moved_to() -> None:
    scenario = race(
        {"mover": vcpu(0, mover), "nic": nic},
        machine=MACHINE,
        always={"delivered": {8192: 1}, "taken": {8192: "vcpu1"}},
        sometimes=[{"results": {"done": {"ret": 0}}}, {"taken": {8192: "vcpu0"}}],
    )
    result = explore(scenario)
    assert result.complete
    assert [finding.title for finding in result.findings] == ["no execution reaches taken: {8192: vcpu0}"]


async def addr(kvm: Kvm) -> None:
    """The address of the ITS."""
    await kvm.set_attr("its0", "ADDR", "ITS", 0x0808_0000, label="addr")


async def init(kvm: Kvm) -> None:
    """Its INIT."""
    await kvm.set_attr("its0", "CTRL", "INIT", label="init")


def init_race() -> aiovgic.Scenario:
    """The race of 2016, in Python."""
    return race(
        {"addr": addr, "init": init},
        machine={"its": [{"state": "created"}]},
        always={"bus": {0x0808_0000: "its0"}},
    )


def test_a_race_is_found_shrunk_and_replayed() -> None:
    scenario = init_race()
    found = explore(scenario, revision="its-v7")
    assert found.finding is not None
    assert found.finding.title == "no device at 0x8080000, expected its0"
    assert found.finding.replay == f"aiovgic.replay(scenario, '{found.finding.schedule}', revision='its-v7')"
    again = replay(scenario, found.finding.schedule, revision="its-v7")
    assert again.findings
    assert again.findings[0].title == found.finding.title
    assert found.trace is not None
    assert again.trace.digest == found.trace.digest


@pytest.mark.parametrize("live", [pytest.param(False, id="in order"), pytest.param(True, id="live")])
def test_it_runs_on_both_engines(live: bool) -> None:
    result = run(race({"guest": vcpu(0, taker), "nic": nic}, machine=MACHINE), live=live)
    assert result.good, str(result)
    assert result.delivered == ((8192, "vcpu0"),)
    assert result.results["taken"]["value"] == "0x2000"


def test_it_is_stressed() -> None:
    result = stress(race({"mover": vcpu(0, mover), "nic": nic}, machine=MACHINE), rounds=20)
    assert result.good, str(result)
    assert result.rounds == 20


async def hopeful(cpu: Cpu) -> None:
    """A guest that looks too early."""
    assert await cpu.ack() == 8192, "there was nothing to take"


async def reckless(cpu: Cpu) -> None:
    """A guest that reads what is not there."""
    await cpu.sysreg_read("ICC_EOIR1_EL1")


@pytest.mark.parametrize(
    ("body", "rule", "title"),
    [
        pytest.param(hopeful, "assert", "there was nothing to take", id="an assertion"),
        pytest.param(reckless, "exception", "exception with ESR 0x", id="an exception"),
    ],
)
@pytest.mark.parametrize("live", [pytest.param(False, id="in order"), pytest.param(True, id="live")])
def test_what_a_guest_did_not_expect_is_a_finding(body: Any, rule: str, title: str, live: bool) -> None:
    [finding] = run(race({"guest": vcpu(0, body)}, machine=MACHINE), live=live).findings
    assert (finding.kind, finding.rule) == ("expectation", rule)
    assert finding.title.startswith(title)


async def roaming(cpu: Cpu) -> None:
    """Memory and registers."""
    await cpu.mem_write(0x4000_0000, b"\x12\x34")
    assert await cpu.mem_read(0x4000_0000, 2) == b"\x12\x34"
    await cpu.mmio_write(0x0800_0104, 1)
    assert await cpu.mmio_read(0x0800_0104) == 1
    await cpu.sysreg_write("ICC_PMR_EL1", 0xA0)
    assert await cpu.sysreg_read("ICC_PMR_EL1") == 0xA0
    assert (await cpu.do("mmio_read", addr=0x1000, size=4))["mmio_exit"]["phys_addr"] == "0x1000"


def test_a_guest_has_memory_frames_and_registers() -> None:
    result = run(race({"guest": vcpu(1, roaming)}, machine=MACHINE))
    assert result.good, str(result)


async def misspelt(kvm: Kvm) -> None:
    """An operation that there is not."""
    await kvm.do("signal_msy")


async def unknown(cpu: Cpu) -> None:
    """A command that there is not."""
    await cpu.its("movie")


async def elsewhere(cpu: Cpu) -> None:
    """A thread's operation in a guest."""
    await cpu.do("signal_msi")


def plain(_kvm: Kvm) -> None:
    """No async function."""


@pytest.mark.parametrize(
    ("tasks", "machine", "message"),
    [
        pytest.param(
            {"a": misspelt}, None, "unknown operation 'signal_msy'; did you mean 'signal_msi'?", id="misspelt"
        ),
        pytest.param({"a": vcpu(0, unknown)}, None, "'movie' is no command of an ITS; there are mapd", id="a command"),
        pytest.param({"a": vcpu(0, elsewhere)}, None, "'signal_msi' is no operation of a guest", id="a thread's"),
        pytest.param({"a": plain}, None, "task 'a': plain is to be an async function", id="not async"),
        pytest.param({"a": vcpu(3, taker)}, None, "task 'a': the machine has no vCPU 3", id="no such vCPU"),
        pytest.param({}, None, "a race has 1 to 16 tasks, not 0", id="no task"),
    ],
)
def test_what_is_asked_wrongly_is_said(tasks: Any, machine: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(race(tasks, machine=machine))
    assert str(caught.value).startswith(message)


def test_a_machine_that_is_written_wrongly_says_where() -> None:
    with pytest.raises(ScenarioError, match=r"^.*test_written\.py: machine: unknown key 'vcpsu'; did you mean 'vcpus'"):
        race({"a": nic}, machine={"vcpsu": 2})


def test_the_front_door_has_what_it_says_and_opens_late() -> None:
    assert dir(aiovgic) == sorted(aiovgic.__all__)
    assert all(getattr(aiovgic, name) is not None for name in aiovgic.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'explode'"):
        _ = aiovgic.explode
    late = "import sys, aiovgic; print([name for name in sys.modules if name.startswith('aiovgic.')])"
    ran = subprocess.run([sys.executable, "-c", late], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


README = Path(__file__).resolve().parents[2] / "README.md"
EXAMPLE = re.findall(r"```python\n(import aiovgic\n.*?)```", README.read_text("utf-8"), re.DOTALL)[0]


def test_the_example_of_the_readme_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "example.py"
    place.write_text(EXAMPLE, encoding="utf-8")
    runpy.run_path(str(place))
    assert capsys.readouterr().out.startswith("example.py  ok  ")
