"""The rules for quiet points: a machine that is well breaks none, and each broken fact is one violation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.check.quiet import violations
from aiovgic.model.facts import facts
from tests.machines import Bench, gicv3

if TYPE_CHECKING:
    from aiovgic.model.irq import Irq
    from aiovgic.model.vm import Vm

SPI = 33
LPI = 8192
LAST = 0xFE0
"""Where the last command of a ring of 4 KiB is."""


def irq(intid: int, listed: str | None = None, refs: int = 1) -> dict[str, Any]:
    """An interrupt's facts, as far as the rules look at them."""
    return {
        "intid": intid,
        "listed": listed,
        "refs": refs,
        "enabled": True,
        "latch": listed is not None,
        "line": False,
        "config": "EDGE",
        "target": "vcpu0",
        "unqueued": None,
    }


def well() -> dict[str, Any]:
    """A machine's facts that break no rule: an SPI and an LPI are listed, one event, one cached translation."""
    return {
        "vm": {"enabled": True, "model": "V3", "initialized": True},
        "bus": [["0x8080000", "0x20000", "its0"]],
        "vcpus": {
            "vcpu0": {"ap_list": [SPI, LPI], "lrs": [], "mode": "outside", "private": True, "pri_bits": 5},
            "vcpu1": {"ap_list": [], "lrs": ["33P"], "mode": "in", "private": True, "pri_bits": 5},
        },
        "its": {
            "its0": {
                "cbaser": "0x0",
                "creadr": "0x0",
                "cwriter": hex(LAST),
                "collections": {0: 0},
                "events": {"0:0": [LPI, 0], "0:1": [None, None]},
            }
        },
        "irqs": {"spi33": irq(SPI, "vcpu0"), "irq8192": irq(LPI, "vcpu0", 3)},
        "cached": [LPI],
        "lost": [],
        "strays": [],
        "forwarded": [],
        "dangling": [],
        "claims": {"the vGIC is initialized and has its SPIs": True},
        "asleep": [],
        "astray": [],
        "stranded": [],
        "outlived": [],
    }


def test_a_machine_that_is_well_breaks_no_rule() -> None:
    assert violations(well()) == []


def broken(*path: str | int, value: Any) -> dict[str, Any]:
    """A machine's facts of which one is something else."""
    found: Any = well()
    *above, last = path
    inner = found
    for key in above:
        inner = inner[key]
    inner[last] = value
    assert isinstance(found, dict)
    return found


BROKEN = [
    pytest.param(broken("bus", value=[["0x0", "0x1", "a"], ["0x1", "0x1", "a"]]), "registered-twice", id="on the bus"),
    pytest.param(broken("vcpus", "vcpu1", "ap_list", value=[SPI]), "list-mismatch", id="on two lists"),
    pytest.param(broken("vcpus", "vcpu0", "ap_list", value=[LPI, SPI, SPI]), "list-mismatch", id="on one list twice"),
    pytest.param(broken("vcpus", "vcpu0", "ap_list", value=[LPI]), "list-mismatch", id="on no list, but says so"),
    pytest.param(broken("irqs", "spi33", "listed", value=None), "list-mismatch", id="on a list, but does not know"),
    pytest.param(broken("irqs", "spi33", "listed", value="vcpu2"), "list-mismatch", id="on no vCPU's list"),
    pytest.param(broken("vcpus", "vcpu1", "mode", value="outside"), "list-mismatch", id="in a list register outside"),
    pytest.param(broken("irqs", "irq8192", "refs", value=2), "lpi-references", id="a reference too few"),
    pytest.param(broken("irqs", "irq8192", "refs", value=4), "lpi-references", id="a reference too many"),
    pytest.param(broken("cached", value=[]), "lpi-references", id="a translation lost"),
    pytest.param(broken("cached", value=[LPI, 8193]), "lpi-references", id="a translation to an LPI that is gone"),
    pytest.param(broken("its", "its0", "events", value={}), "stale-translation", id="a translation of no event"),
    pytest.param(
        broken("its", "its0", "events", value={"0:0": [LPI, 0], "0:1": [LPI, 0]}),
        "lpi-mapped-twice",
        id="two events",
    ),
    pytest.param(
        broken("stranded", value=[("irq8192", "vcpu0", "vcpu1")]),
        "queued-elsewhere",
        id="on the list of a vCPU that is out",
    ),
    pytest.param(
        broken("outlived", value=[("its0", 0, "its0.device1")]),
        "stale-mapping",
        id="of no table",
    ),
    pytest.param(broken("astray", value=[("its0 1:0", "irq8192", "vcpu1", "vcpu0")]), "wrong-target", id="astray"),
    pytest.param(broken("asleep", value=[("vcpu1", "irq33")]), "blocked-with-pending", id="blocked and pending"),
    pytest.param(broken("its", "its0", "collections", value={}), "collection-gone", id="an event in no collection"),
    pytest.param(broken("vcpus", "vcpu1", "private", value=False), "vcpu-incomplete", id="without interrupts"),
    pytest.param(broken("vcpus", "vcpu1", "pri_bits", value=0), "vcpu-incomplete", id="without an interface"),
    pytest.param(broken("lost", value=["its0.ite"]), "unreferenced", id="not referred to"),
    pytest.param(broken("strays", value=[("its0 0:0", LPI)]), "not-in-index", id="another LPI in the index"),
    pytest.param(broken("dangling", value=[("bus", "vcpu1.rd", "vcpu1.rd")]), "dangling", id="freed and on the bus"),
    pytest.param(broken("claims", value={"it is ready": False}), "ready-too-early", id="said to be ready"),
    pytest.param(broken("irqs", "spi33", "listed", value=None), "not-queued", id="due and on no list"),
    pytest.param(broken("its", "its0", "cwriter", value="0x1000"), "cursor-outside-queue", id="a cursor past the ring"),
    pytest.param(broken("its", "its0", "creadr", value="0x8"), "cursor-outside-queue", id="a cursor inside a command"),
]


@pytest.mark.parametrize(("found", "rule"), BROKEN)
def test_what_does_not_fit_is_a_violation(found: dict[str, Any], rule: str) -> None:
    assert rule in [violation.finding.rule for violation in violations(found)]


@pytest.mark.parametrize(("found", "rule"), BROKEN)
def test_every_violation_of_a_quiet_rule_says_which_fields_it_is_about(found: dict[str, Any], rule: str) -> None:
    broken_rules = [each.finding for each in violations(found) if each.finding.rule == rule]
    assert broken_rules
    assert all(each.about for each in broken_rules)


def unlisted(*path: str | int, value: Any) -> dict[str, Any]:
    """Facts with one changed value, in which the SPI is on no list."""
    found = broken(*path, value=value)
    found["irqs"]["spi33"]["listed"] = None
    found["vcpus"]["vcpu0"]["ap_list"] = [LPI]
    return found


def test_what_cannot_be_delivered_is_not_lost() -> None:
    assert violations(unlisted("irqs", "spi33", "target", value=None)) == []
    assert violations(unlisted("vm", "enabled", value=False)) == []


def test_what_was_left_unqueued_on_purpose_names_its_excuse() -> None:
    [violation] = violations(unlisted("irqs", "spi33", "unqueued", value="unqueued-no-target"))
    assert (violation.finding.rule, violation.excuse) == ("not-queued", "unqueued-no-target")


def test_the_facts_of_a_real_machine_break_no_rule_and_a_leaked_reference_does() -> None:
    bench: Bench = gicv3(2, its=True)
    bench.ok("irq_line", irq=1 << 24 | SPI, level=1)
    assert violations(facts(bench.vm)) == []
    bench.vm.lpis.lpi_xa._word.value[LPI] = bench.rt.finish(bench.vm.lpis.make_lpi(LPI, None))
    [violation] = violations(facts(bench.vm))
    assert (violation.finding.kind, violation.finding.title) == ("refcount", f"LPI {LPI} counts 1 references; it has 0")


async def reach(vm: Vm, irq: Irq) -> None:
    """Let a list, a cached translation and an event refer to an LPI."""
    its = vm.devices.value[0]
    vm.vcpus.value[0].ap_list.append(irq)
    await its.cache.entries.store(0, irq)
    async with its.its_lock:
        device = await its.maps.alloc_device(9, 0, 4, its.baser_device_table.value)
        its.maps.add_device(device)
        event = await its.maps.alloc_ite(device, await its.maps.alloc_collection(9, its.baser_coll_table.value), 3)
        event.irq = irq


def test_freed_lpis_dangle_wherever_they_are_reached_from() -> None:
    bench: Bench = gicv3(1, its=True)
    irq = bench.rt.finish(bench.vm.lpis.make_lpi(LPI, None))
    bench.rt.finish(reach(bench.vm, irq))
    assert facts(bench.vm)["dangling"] == []
    irq.free()
    assert facts(bench.vm)["dangling"] == [
        ("its0 9:3", irq.name, irq.ident),
        ("its0.cache", irq.name, irq.ident),
        ("vcpu0.ap_list", irq.name, irq.ident),
    ]
