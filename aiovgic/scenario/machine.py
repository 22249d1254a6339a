"""The machine section of a scenario, and how much of it may fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.arch.intid import VGIC_MAX_LPI, VGIC_MIN_LPI
from aiovgic.model.faults import MAX_FAULTS, FaultBudget
from aiovgic.model.host import Host
from aiovgic.scenario import layout
from aiovgic.scenario.nodes import key_number
from aiovgic.scenario.scenario import ItsPlan, LpiPlan, MachinePlan
from aiovgic.scenario.setup import ITS_STATES

if TYPE_CHECKING:
    from aiovgic.scenario.nodes import Node

KEYS = ("vcpus", "gic", "lrs", "nr_irqs", "ready", "host", "its", "lpis", "setup")
GICS = ("v3", "v2", "none")
HOST_GICS = ("v3", "v2", "none")
FAULT_KEYS = ("alloc", "copy")
HOST_KEYS = ("gic", "gicv2_compat", "gicv4")
ITS_KEYS = ("base", "state", "device", "events", "devices")
LPI_KEYS = ("lpi", "device", "event", "vcpu", "its", "priority", "enabled")
MAX_ID = 0xFFFF
MAX_LRS = 16
MAX_BASE = 1 << 52
DEFAULT_EVENTS = 32
MIN_IRQS, MAX_IRQS, IRQS_STEP = 64, 992, 32


def machine_plan(node: Node | None) -> MachinePlan:
    """The machine, without its set-up steps. Raises ScenarioError."""
    if node is None:
        return MachinePlan()
    found = node.keys(KEYS)
    vcpus = found["vcpus"].integer(0, layout.MAX_VCPUS) if "vcpus" in found else 1
    gic = found["gic"].one_of(GICS) if "gic" in found else "v3"
    if gic == "v2":
        for key in ("its", "lpis"):
            if key in found:
                found[key].fail("belongs to a GICv3")
    its = [its_plan(each, number) for number, each in enumerate(found["its"].list())] if "its" in found else []
    if len(its) > len(layout.ITS_BASES):
        found["its"].fail(f"has more than {len(layout.ITS_BASES)} ITSes")
    lpis = [lpi_plan(each, vcpus, its) for each in found["lpis"].list()] if "lpis" in found else []
    ready = found["ready"].flag() if "ready" in found else True
    if not ready and any(each.state == "enabled" for each in its):
        found["its"].fail("cannot be enabled in a machine that is not ready; give it a 'state'")
    return MachinePlan(
        vcpus=vcpus,
        gic=gic,
        nr_irqs=nr_irqs(found["nr_irqs"]) if "nr_irqs" in found else MIN_IRQS,
        ready=ready and gic != "none",
        host=host_of(gic, found.get("host"), found.get("lrs")),
        its=its,
        lpis=lpis,
    )


def fault_budget(node: Node | None) -> FaultBudget:
    """How many allocations and user copies may fail; none unless it says so. Raises ScenarioError."""
    if node is None:
        return FaultBudget()
    found = node.keys(FAULT_KEYS)
    return FaultBudget(**{name: found[name].integer(0, MAX_FAULTS) for name in found})


def nr_irqs(node: Node) -> int:
    """How many interrupts there are, private ones included. Raises ScenarioError."""
    value = node.integer(MIN_IRQS, MAX_IRQS)
    if value % IRQS_STEP:
        node.fail(f"is {value}, no multiple of {IRQS_STEP}")
    return value


def host_of(guest: str, node: Node | None, lrs: Node | None) -> Host:
    """What the host offers; it has the GIC that its guests have, unless it says otherwise. Raises ScenarioError."""
    gic, compat, gicv4 = "v2" if guest == "v2" else "v3", False, False
    if node is not None:
        found = node.keys(HOST_KEYS)
        gic = found["gic"].one_of(HOST_GICS) if "gic" in found else gic
        compat = found["gicv2_compat"].flag() if "gicv2_compat" in found else compat
        gicv4 = found["gicv4"].flag() if "gicv4" in found else False
        if guest not in ("none", gic) and not (guest == "v2" and gic == "v3" and compat):
            hint = "; with 'gicv2_compat: true' it would" if (guest, gic) == ("v2", "v3") else ""
            node.fail(f"a host with GIC {gic!r} gives no guest a GIC {guest!r}{hint}")
    registers = 4 if lrs is None else lrs.integer(1, MAX_LRS)
    return Host(gic={"v3": 3, "v2": 2, "none": 0}[gic], gicv2_compat=compat, gicv4=gicv4, list_registers=registers)


def its_plan(node: Node, number: int) -> ItsPlan:
    """One ITS: where, how far it is set up, and which devices are mapped. Raises ScenarioError."""
    found = node.keys(ITS_KEYS)
    devices: dict[int, int] = {}
    if "device" in found:
        events = found["events"].integer(1, MAX_ID + 1) if "events" in found else DEFAULT_EVENTS
        devices[found["device"].integer(0, MAX_ID)] = events
    elif "events" in found:
        found["events"].fail("belongs to a 'device'")
    if "devices" in found:
        for key, events_node in found["devices"].items():
            devices[key_number(key, found["devices"], MAX_ID)] = events_node.integer(1, MAX_ID + 1)
    state = found["state"].one_of(ITS_STATES) if "state" in found else "enabled"
    default = layout.ITS_BASES[min(number, len(layout.ITS_BASES) - 1)]
    base = found["base"].integer(0, MAX_BASE) if "base" in found else default
    return ItsPlan(base, state, devices)


def lpi_plan(node: Node, vcpus: int, its: list[ItsPlan]) -> LpiPlan:
    """One LPI and the event that maps it. Raises ScenarioError."""
    found = node.keys(LPI_KEYS, required=("lpi", "device", "event"))
    number = found["its"].integer(0, MAX_ID) if "its" in found else 0
    if number >= len(its):
        (found.get("its") or node).fail(f"the machine has no ITS {number}")
    plan = LpiPlan(
        lpi=found["lpi"].integer(VGIC_MIN_LPI, VGIC_MAX_LPI),
        device=found["device"].integer(0, MAX_ID),
        event=found["event"].integer(0, MAX_ID),
        vcpu=found["vcpu"].integer(0, max(vcpus - 1, 0)) if "vcpu" in found else 0,
        its=number,
        priority=found["priority"].integer(0, 0xFF) if "priority" in found else 0xA0,
        enabled=found["enabled"].flag() if "enabled" in found else True,
    )
    events = its[number].devices.get(plan.device)
    if events is None:
        found["device"].fail(f"ITS {number} has no device {plan.device}")
    if plan.event >= events:
        found["event"].fail(f"device {plan.device} has only {events} events")
    return plan
