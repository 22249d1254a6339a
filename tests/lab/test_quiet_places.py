"""A finding of a rule of quiet points says where: the last accesses of the fields that the rule is about."""

from __future__ import annotations

import pytest

from aiovgic.bugs.catalogue import catalogue
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay

QUIET = {
    "cache-store-leaks": ("nic", "ref", "irq8192.refcount", "get_irq_ref"),
    "add-lpi-leaks": ("two", "ref", "irq8192.refcount", "try_get"),
}
"""Bugs that leak a reference: the task that took the last one, and where."""


@pytest.mark.parametrize("name", QUIET)
def test_a_wrong_count_is_told_with_the_access_that_made_it_wrong(name: str) -> None:
    bug = catalogue()[name]
    finding = explore(bug.scenario, revision=bug.base, bugs=(name,)).finding
    assert finding is not None
    assert (finding.kind, finding.places) == ("refcount", ())
    last = finding.history[-1]
    assert (last.task, last.access, last.thing, last.function) == QUIET[name]
    assert last.stack[0].function == last.function
    assert len(last.stack) > 3


def test_the_accesses_come_in_the_order_of_the_execution_and_a_replay_tells_the_same() -> None:
    found = explore("init-vs-init", revision="its-v7")
    again = replay("init-vs-init", "", revision="its-v7")
    assert found.finding is not None
    assert again.finding is not None
    assert [(place.task, place.thing) for place in found.finding.history] == [
        ("first", "bus.ranges"),
        ("second", "bus.ranges"),
    ]
    assert again.finding.history == found.finding.history
    assert "\n  Before\n    first   store  bus.ranges  model/bus.py:" in str(found)


def test_a_lost_interrupt_is_told_with_what_made_it_due_and_what_its_vcpu_did() -> None:
    bug = catalogue()["missed-kick-requestless"]
    finding = explore(bug.scenario, revision=bug.base, bugs=(bug.id,)).finding
    assert finding is not None
    assert finding.rule == "not-kicked"
    told = [(place.task, place.access, place.thing) for place in finding.history]
    assert ("device", "write", "vcpu0.ap_list") in told
    assert told.index(("device", "write", "vcpu0.ap_list")) < told.index(("guest", "load", "vcpu0.requests"))
    assert all(place.function and not place.function.startswith("<") for place in finding.history)


TOLD = {
    "stale-mapping": ("baser-keeps-mappings", ("guest", "store", "its0.baser_device_table")),
    "stale-vlpi": ("vlpi-lost-by-route", ("vmm", "write", "irqfds.items")),
    "vcpu-incomplete": ("vcpu-vs-init", ("hotplug", "store", "vm.vcpus")),
    "ready-too-early": ("ready-before-iodev", ("one", "store", "dist.ready")),
    "missed-wakeup": ("wfi-stale-vmcr", ("device", "write", "vcpu0.ap_list")),
}
"""By rule: a bug that breaks it, and an access that the report has to name."""


@pytest.mark.parametrize("rule", TOLD)
def test_each_rule_is_told_with_the_last_accesses_of_its_fields(rule: str) -> None:
    name, access = TOLD[rule]
    bug = catalogue()[name]
    finding = explore(bug.scenario, revision=bug.base, bugs=(name,), budget=600).finding
    assert finding is not None
    assert finding.rule == rule
    assert access in [(place.task, place.access, place.thing) for place in finding.history]
    assert all(place.thing in finding.about for place in finding.history)


EXPECTED = {
    "seed-addr-init": [("addr", "store", "its0.vgic_its_base"), ("init", "store", "bus.ranges")],
    "inv-stale-config": [("other", "write", "irq8192.enabled")],
    "mapd-keeps-entry": [("vmm", "memory", "memory[0x40110018]")],
    "lpi-enable-toggle": [("off", "write", "irq8192.vcpu")],
    "seed-msi-before-init": [("nic", "load", "dist.has_its")],
}
"""Bugs that a scenario's expectation finds: accesses that the report has to name."""


@pytest.mark.parametrize("name", EXPECTED)
def test_an_expectation_is_told_with_the_last_accesses_of_what_it_is_about(name: str) -> None:
    bug = catalogue()[name]
    finding = explore(bug.scenario, revision=bug.base, bugs=(name,), budget=600).finding
    assert finding is not None
    assert finding.kind == "expectation"
    told = [(place.task, place.access, place.thing) for place in finding.history]
    assert [each for each in EXPECTED[name] if each not in told] == []
