"""The machine of a scenario: what may be said, and what is said about all else."""

from __future__ import annotations

import pytest

from aiovgic.scenario.scenario import LpiPlan
from tests.scenario.texts import machine, parsed, refused

DEVICE_0 = "its: [{device: 0}], "
ENABLED = "is 'half'; there are created, addressed, initialised, enabled"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("vcpsu: 2", "machine: unknown key 'vcpsu'; did you mean 'vcpus'?", id="a misspelt key"),
        pytest.param("vcpus: 9", "machine.vcpus: is 9; it must be 0 to 8", id="too many"),
        pytest.param("vcpus: -1", "machine.vcpus: is -1; it must be 0 to 8", id="negative"),
        pytest.param("vcpus: 0xffffffffffffffffff", f"machine.vcpus: is {(1 << 72) - 1}; it must be 0 to 8", id="huge"),
        pytest.param(
            f"vcpus: {'9' * 5000}", "machine.vcpus: is no value: '999999999999...9999999999999'", id="without end"
        ),
        pytest.param("vcpus: two", "machine.vcpus: is to be a number, not 'two'", id="a word"),
        pytest.param("vcpus: true", "machine.vcpus: is to be a number, not true", id="a boolean"),
        pytest.param("vcpus: 1.5", "machine.vcpus: is to be a number, not 1.5", id="a fraction"),
        pytest.param("vcpus: .inf", "machine.vcpus: is to be a number, not inf", id="infinity"),
        pytest.param("vcpus: ", "machine.vcpus: is to be a number, not nothing", id="nothing"),
        pytest.param("vcpus: [1]", "machine.vcpus: is to be a number, not a list", id="a list"),
        pytest.param("vcpus: {a: 1}", "machine.vcpus: is to be a number, not a mapping", id="a mapping"),
        pytest.param("gic: v4", "machine.gic: is 'v4'; there are v3, v2, none", id="a GIC that there is not"),
        pytest.param("gic: v33", "machine.gic: is 'v33'; did you mean 'v3'?", id="a GIC that there nearly is"),
        pytest.param("gic: [v3]", "machine.gic: is a list; there are v3, v2, none", id="a list of GICs"),
        pytest.param("lrs: 0", "machine.lrs: is 0; it must be 1 to 16", id="no list registers"),
        pytest.param("lrs: 17", "machine.lrs: is 17; it must be 1 to 16", id="too many list registers"),
        pytest.param("nr_irqs: 63", "machine.nr_irqs: is 63; it must be 64 to 992", id="too few interrupts"),
        pytest.param("nr_irqs: 1024", "machine.nr_irqs: is 1024; it must be 64 to 992", id="too many interrupts"),
        pytest.param("ready: 1", "machine.ready: is to be true or false, not 1", id="a number for a flag"),
        pytest.param("host: 3", "machine.host: is to be a mapping, not 3", id="a number for a host"),
        pytest.param("host: {gic: v1}", "machine.host.gic: is 'v1'; there are v3, v2, none", id="an old host"),
        pytest.param("host: {gics: v3}", "machine.host: unknown key 'gics'; did you mean 'gic'?", id="a host's key"),
        pytest.param("setup: 3", "machine.setup: is to be a list of steps, not 3", id="a number for a set-up"),
        pytest.param("setup: [nop]", "machine.setup[0]: unknown operation 'nop'", id="an unknown step"),
        pytest.param("setup: [ack]", "machine.setup[0]: ack: only a vCPU's guest does this", id="a guest's step"),
    ],
)
def test_a_machine_that_cannot_be(written: str, message: str) -> None:
    assert refused(machine(written)) == f"s.yaml:3: {message}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("its: 3", "its: is to be a list, not 3", id="a number"),
        pytest.param("its: [3]", "its[0]: is to be a mapping, not 3", id="a number in the list"),
        pytest.param("its: [{devce: 2}]", "its[0]: unknown key 'devce'; did you mean 'device'?", id="a misspelt key"),
        pytest.param("its: [{events: 3}]", "its[0].events: belongs to a 'device'", id="events of no device"),
        pytest.param(
            "its: [{device: 65536}]", "its[0].device: is 65536; it must be 0 to 65535", id="a device too high"
        ),
        pytest.param(
            "its: [{device: 2, events: 0}]", "its[0].events: is 0; it must be 1 to 65536", id="a device without events"
        ),
        pytest.param(
            "its: [{devices: {x: 3}}]", "its[0].devices: 'x' is no number and no KVM constant", id="a device in words"
        ),
        pytest.param(
            "its: [{devices: {70000: 3}}]", "its[0].devices: 70000 is above 65535", id="a device key too high"
        ),
        pytest.param(
            "vcpus: 0x" + "f" * 4000, "vcpus: is a number far too large; it must be 0 to 8", id="a huge number"
        ),
        pytest.param("nr_irqs: 65", "nr_irqs: is 65, no multiple of 32", id="an odd number of interrupts"),
        pytest.param("its: [{}, {state: half}]", f"its[1].state: {ENABLED}", id="a state that there is not"),
        pytest.param("its: [{base: -1}]", f"its[0].base: is -1; it must be 0 to {1 << 52}", id="a negative address"),
        pytest.param("its: [{}, {}, {}, {}, {}]", "its: has more than 4 ITSes", id="five of them"),
        pytest.param(
            "ready: false, its: [{}]",
            "its: cannot be enabled in a machine that is not ready; give it a 'state'",
            id="on before the guest is",
        ),
    ],
)
def test_an_its_that_cannot_be(written: str, message: str) -> None:
    assert refused(machine(written)) == f"s.yaml:3: machine.{message}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("lpis: [{lpi: 8192}]", "lpis[0]: needs the key 'device'", id="of no device"),
        pytest.param("lpis: [{lpi: 8192, device: 0, event: 0}]", "lpis[0]: the machine has no ITS 0", id="of no ITS"),
        pytest.param(
            f"{DEVICE_0}lpis: [{{lpi: 8192, device: 0, event: 0, its: 1}}]",
            "lpis[0].its: the machine has no ITS 1",
            id="of an ITS that there is not",
        ),
        pytest.param(
            "its: [{}], lpis: [{lpi: 8192, device: 0, event: 0}]",
            "lpis[0].device: ITS 0 has no device 0",
            id="of a device that is not mapped",
        ),
        pytest.param(
            f"{DEVICE_0}lpis: [{{lpi: 8191, device: 0, event: 0}}]",
            "lpis[0].lpi: is 8191; it must be 8192 to 65535",
            id="that is none",
        ),
        pytest.param(
            f"{DEVICE_0}lpis: [{{lpi: 8192, device: 0, event: 32}}]",
            "lpis[0].event: device 0 has only 32 events",
            id="of an event too high",
        ),
        pytest.param(
            f"{DEVICE_0}lpis: [{{lpi: 8192, device: 0, event: 0, vcpu: 1}}]",
            "lpis[0].vcpu: is 1; it must be 0",
            id="on a vCPU that there is not",
        ),
        pytest.param(
            f"{DEVICE_0}lpis: [{{lpi: 8192, device: 0, event: 0, enabled: 1}}]",
            "lpis[0].enabled: is to be true or false, not 1",
            id="enabled by a number",
        ),
    ],
)
def test_an_lpi_that_cannot_be(written: str, message: str) -> None:
    assert refused(machine(written)) == f"s.yaml:3: machine.{message}"


def test_a_machine_as_it_is_by_default() -> None:
    plan = parsed(machine("")).machine
    assert (plan.vcpus, plan.gic, plan.nr_irqs, plan.ready) == (1, "v3", 64, True)
    assert [*plan.its, *plan.lpis] == []


def test_a_machine_as_it_is_written() -> None:
    text = machine("vcpus: 2, lrs: 2, its: [{devices: {5: 9}}], lpis: [{lpi: 8193, device: 5, event: 8, vcpu: 1}]")
    plan = parsed(text).machine
    assert (plan.vcpus, plan.host.list_registers, plan.its[0].devices) == (2, 2, {5: 9})
    assert list(plan.lpis) == [LpiPlan(lpi=8193, device=5, event=8, vcpu=1)]


@pytest.mark.parametrize(
    ("written", "gic"), [("host: {gic: v3}", 3), ("gic: none, host: {gic: v2}", 2), ("gic: none, host: {gic: none}", 0)]
)
def test_a_host_has_a_gic_of_its_own(written: str, gic: int) -> None:
    assert parsed(machine(written)).machine.host.gic == gic
