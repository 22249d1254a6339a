"""The JSON Schema of scenario files: it takes what the loader takes, and refuses what is misspelt."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from aiovgic.scenario.nodes import parse_yaml
from aiovgic.scenario.schema import schema
from aiovgic.scenario.shipped import scenarios
from tests.scenario.texts import expecting, guest, machine, parsed, refused, tasks, thread

VALIDATOR = Draft202012Validator(schema())

GOOD = {
    "a GICv2": machine("gic: v2, host: {gic: v3, gicv2_compat: true}"),
    "an empty machine": machine(""),
    "a whole machine": machine(
        "vcpus: 2, gic: v3, lrs: 1, nr_irqs: 96, ready: true, host: {gic: v3, gicv2_compat: true}, "
        "its: [{device: 1, events: 8}, {base: 0x9100000, state: created, devices: {0x2: 4}}], "
        "lpis: [{lpi: 8192, device: 1, event: 7, vcpu: 1, its: 0, priority: 0x80, enabled: false}], "
        "setup: [{create_device: {type: vgic-its}, as: more, note: one more}]"
    ),
    "bare names": guest("sync, ack, eoi, wfi"),
    "a name with nothing": guest("{sync: , as: done}"),
    "numbers in words": thread("{set_device_attr: {dev: its0, group: CTRL, attr: '0x4', value: 1}}"),
    "a thread with a guest's access": thread("{mmio_read: {vcpu: 1, addr: 0x8000000, size: 4}}"),
    "an interrupt": tasks("a: {vcpu: 0, cpu: 3, steps: []}", "b: {isr: cpu-of a, steps: [{irq_line: {irq: 1}}]}"),
    "every expectation": expecting(
        "always: {results: {line: {ret: 0, errno: null}}, delivered: {27: 1}, taken: {27: vcpu0}, pending: [27], "
        "lost: [], bus: {0x8080000: null}, mmio: {0x8000000: 0x2}, memory: {0x40000000: 00ff}, serial: true}"
    ),
    "faults": expecting("faults: {alloc: 1, copy: 2}"),
    "two in a list": expecting("never: [{pending: [1]}, {pending: [2]}]"),
}

BAD = {
    "a misspelt key of the machine": machine("vcpsu: 2"),
    "too many vCPUs": machine("vcpus: 9"),
    "an unknown state": machine("its: [{state: half}]"),
    "an LPI without its event": machine("its: [{device: 1}], lpis: [{lpi: 8192, device: 1}]"),
    "no task": "schema: 1\ntitle: A claim\n",
    "another schema": "schema: 2\ntitle: A claim\ntasks: {a: {thread: x, steps: []}}\n",
    "a task of two kinds": tasks("a: {thread: x, vcpu: 0, steps: []}"),
    "an unknown operation": thread("{movie: {}}"),
    "an unknown field": guest("{movi: {device: 2, evnt: 20, to: 1}}"),
    "a field that is missing": guest("{movi: {device: 2, to: 1}}"),
    "a name that needs fields": guest("movi"),
    "two operations in one": thread("{irq_line: {irq: 1}, create_irqchip: {}}"),
    "a guest's work for a thread": thread("sync"),
    "a thread's work for a guest": guest("{signal_msi: {}}"),
    "a guest's own vCPU": guest("{mmio_read: {vcpu: 0, addr: 0, size: 4}}"),
    "an unknown expectation": expecting("always: {delievered: {27: 1}}"),
    "an unknown fault": expecting("faults: {allok: 1}"),
    "nothing expected": expecting("always: {}"),
    "an empty list": expecting("never: []"),
}


def data(text: str) -> Any:
    """A text as a checker sees it: keys are text."""
    return parse_yaml("s.yaml", text).plain()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", scenarios().values(), ids=scenarios())
def test_every_shipped_scenario_has_this_shape(path: Any) -> None:
    VALIDATOR.validate(data(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_the_loader_takes_has_this_shape(text: str) -> None:
    parsed(text)
    VALIDATOR.validate(data(text))


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_the_loader_refuses_for_its_shape_has_not(text: str) -> None:
    refused(text)
    assert not VALIDATOR.is_valid(data(text))
