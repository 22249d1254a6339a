"""Explored functions, as tests of this session and as scenarios of the other verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import UsageError
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay
from aiovgic.lab.run import run
from aiovgic.lab.stress import stress
from aiovgic.pytest_plugin import explored
from aiovgic.scenario.written import whole

if TYPE_CHECKING:
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
