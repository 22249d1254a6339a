"""The end of a VM: who still has it keeps it, who comes later has nothing, and nothing is left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.explore import explore as search
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.errors import UsageError
from aiovgic.lab.conform import conform
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay
from aiovgic.lab.run import run
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.scenario.written import race
from aiovgic.sync import replaces
from aiovgic.uapi.teardown import Teardown
from tests.scenario.texts import HEAD

if TYPE_CHECKING:
    from pathlib import Path

    from aiovgic import Kvm
    from aiovgic.scenario.scenario import Scenario

LPI = "{vcpus: 1, its: [{device: 2}], lpis: [{lpi: 8192, device: 2, event: 1}]SETUP}"


def ends(other: str, setup: str = "", expected: str = "") -> Scenario:
    """A VM that ends while another task does something."""
    text = (
        f"{HEAD}machine: {LPI.replace('SETUP', setup)}\n"
        f"tasks:\n  vmm: {{thread: vmm, steps: [{{destroy_vm: , as: end}}]}}\n  other: {other}\n{expected}"
    )
    return parse(text, "s.yaml", "s")


MSI = "{thread: nic, steps: [{msi: {device: 2, event: 1}, as: msi}]}"


def test_an_msi_comes_before_the_end_or_finds_no_vm() -> None:
    expected = (
        "always: {results: {end: {ret: 0}}}\n"
        "sometimes: [{results: {msi: {ret: 1}}}, {results: {msi: {errno: EBADF}}}]\n"
    )
    result = explore(ends(MSI, expected=expected), budget=3000)
    assert result.good, str(result)
    assert not result.unreached


def test_an_eventfd_holds_no_vm_and_harms_none() -> None:
    setup = (
        ", setup: [{set_gsi_routing: {entries: [{gsi: 40, type: msi, address: 0x08090040, data: 1, devid: 2, "
        "flags: VALID_DEVID}]}}, {irqfd: {gsi: 40}}]"
    )
    signal = "{thread: vhost, steps: [{irqfd_signal: {gsi: 40}, as: signal}]}"
    result = explore(ends(signal, setup, "always: {results: {end: {ret: 0}, signal: {ret: 0}}}\n"), budget=3000)
    assert result.good, str(result)


def test_a_guest_that_runs_keeps_its_vm() -> None:
    guest = "{vcpu: 0, steps: [{mmio_read: {addr: 0x08000008, size: 4}, as: iidr}]}"
    result = explore(ends(guest, expected="always: {results: {end: {ret: 0}}}\n"), strategy="random", budget=100)
    assert result.good, str(result)


def test_a_guest_that_sleeps_keeps_it_for_ever() -> None:
    plain = replay(ends("{vcpu: 0, steps: [wfi]}"), "0>other")
    assert plain.good, str(plain)
    assert plain.trace.end.outcome["results"]["end"]["errno"] == "EINTR"


@pytest.mark.parametrize("live", [pytest.param(False, id="in order"), pytest.param(True, id="live")])
def test_there_is_no_vm_at_the_end(live: bool) -> None:
    result = run(ends(MSI), live=live)
    assert result.good, str(result)
    assert result.results["end"] == {"ret": 0, "errno": None}
    assert result.results["msi"]["errno"] == "EBADF"
    assert result.state.things == {}


@replaces(Teardown)
class DevicesBeforeLastUser(Teardown):
    """What if the end did not wait for running ioctls?"""

    async def is_last(self) -> bool:
        return True


@replaces(Teardown)
class ListsKeepTheirLpis(Teardown):
    """What if vCPUs went with LPIs on their lists (969ce8b5260d)?"""

    async def destroy_vgic(self) -> None:
        pass


def test_an_end_that_waits_for_nobody_is_found() -> None:
    found = search(ScenarioProgram(ends(MSI), (DevicesBeforeLastUser,)), DporStrategy(), 3000)
    assert found.broken is not None
    assert found.broken.kind in {"use-after-free", "refcount", "leak", "model-bug"}


def test_lists_that_keep_their_lpis_are_found() -> None:
    found = search(ScenarioProgram(ends(MSI), (ListsKeepTheirLpis,)), DporStrategy(), 3000)
    assert found.broken is not None
    assert (found.broken.kind, found.broken.rule) == ("leak", "vm-destroyed")


async def ender(kvm: Kvm) -> None:
    """End the VM, then raise a line, in Python."""
    assert (await kvm.do("destroy_vm"))["ret"] == 0
    assert (await kvm.irq_line(0x1000020))["errno"] == "EBADF"


async def helper(kvm: Kvm) -> None:
    """End the VM by a name that no constant of the code has: destroy_vm."""
    await kvm.do("DESTROY_VM".lower())


def test_a_task_in_python_can_end_the_vm() -> None:
    assert run(race({"vmm": ender})).good
    with pytest.raises(UsageError, match="destroy_vm: no step of a task has this operation, and no code of a task"):
        run(race({"vmm": helper}))


def test_a_recording_may_end_its_vm(tmp_path: Path) -> None:
    ends = {"ret": 0, "errno": None}
    lines = [
        {"script": "made/end"},
        {"op": "create_vm", "result": ends},
        {"op": "destroy_vm", "result": ends},
        {"op": "create_vcpu", "id": 0, "result": {"ret": -1, "errno": "EBADF"}},
        {"op": "create_vm", "result": ends},
        {"op": "create_vcpu", "id": 0, "result": ends},
    ]
    path = tmp_path / "made.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    conform([path]).ok()
