"""Guests of a test that is one function: ``m.vcpu[0].run``, in the race and outside of it, explored and live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import UsageError
from aiovgic.lab.explore import explore
from aiovgic.lab.run import run
from aiovgic.scenario.written import whole

if TYPE_CHECKING:
    from aiovgic import Cpu, Machine

MACHINE = {"vcpus": 2, "its": [{"device": 2}], "lpis": [{"lpi": 8192, "device": 2, "event": 1}]}
GITS_IIDR = 0x0808_0004


async def taker(cpu: Cpu) -> None:
    """Waits for an interrupt, takes it and ends it."""
    await cpu.wfi()
    await cpu.eoi(await cpu.ack(label="taken"))


async def reader(cpu: Cpu) -> None:
    """Reads a register of the ITS."""
    await cpu.mmio_read(GITS_IIDR, label="iidr")


async def in_the_race(m: Machine) -> None:
    """A guest races with an MSI."""
    async with m.tasks() as together:
        together.start(m.vcpu[0].run, taker, label="run")
        together.start(m.kvm.msi, 2, 1)
    assert m.results["run"] == {"ret": 0, "errno": None}
    assert m.taken_by(8192) == "vcpu0"


async def around_the_race(m: Machine) -> None:
    """A guest runs alone before the race, and another one behind it."""
    assert (await m.vcpu[1].run(reader))["errno"] is None
    assert m.results.pop("iidr")["value"] == "0x4b00043b"
    async with m.tasks() as together:
        together.start(m.kvm.msi, 2, 1)
    await m.vcpu[1].run(reader)
    assert m.results["iidr"]["value"] == "0x4b00043b"


@pytest.mark.parametrize("body", [in_the_race, around_the_race])
def test_a_guest_runs_in_every_execution_of_a_search(body: object) -> None:
    result = explore(whole(body, machine=MACHINE))  # type: ignore[arg-type]
    assert result.good, str(result)
    assert result.complete


@pytest.mark.parametrize("body", [in_the_race, around_the_race])
def test_a_guest_runs_live(body: object) -> None:
    result = run(whole(body, machine=MACHINE), live=True)  # type: ignore[arg-type]
    assert result.good, str(result)


async def refused(m: Machine) -> None:
    """KVM_RUN has an error where the VM has ended."""
    assert (await m.kvm.do("destroy_vm"))["errno"] is None
    assert (await m.vcpu[0].run(reader, label="run"))["errno"] == "EBADF"
    assert m.results["run"]["ret"] == -1


def test_an_error_of_kvm_run_is_its_result() -> None:
    result = explore(whole(refused, machine=MACHINE))
    assert result.good, str(result)


async def no_such_vcpu(m: Machine) -> None:
    """The machine has fewer vCPUs."""
    async with m.tasks() as together:
        together.start(m.vcpu[2].run, taker)


def test_a_vcpu_that_the_machine_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="the machine has no vCPU 2") as caught:
        explore(whole(no_such_vcpu, machine=MACHINE))
    assert str(caught.value) == "the machine has no vCPU 2; it has 2 (machine={'vcpus': N} says how many)"


def test_the_vcpus_of_a_machine_are_counted() -> None:
    async def counts(m: Machine) -> None:
        assert [each.index for each in m.vcpu] == list(range(len(m.vcpu))) == [0, 1]

    assert run(whole(counts, machine=MACHINE)).good


async def makes(m: Machine) -> None:
    """A thread makes a device and calls it by its index."""
    made = await m.kvm.create_device("vgic-its")
    assert made["dev"] == 1, "another task's device was counted"
    assert (await m.kvm.get_attr(1, "ADDR", "ITS"))["errno"] is None


async def two_make(m: Machine) -> None:
    """Two threads make a device each."""
    async with m.tasks() as together:
        together.start(makes, m, name="a")
        together.start(makes, m, name="b")


@pytest.mark.parametrize("live", [False, True])
def test_each_task_counts_its_own_devices(live: bool) -> None:
    scenario = whole(two_make)
    result = run(scenario, live=True) if live else explore(scenario)
    assert result.good, str(result)
