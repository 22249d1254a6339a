"""Scenario files as JSON Schema, from the declarations that the loader reads by.

The loader knows more: that labels exist, that events belong to devices, that numbers fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.arch.intid import VGIC_MAX_LPI, VGIC_MIN_LPI
from aiovgic.model.faults import MAX_FAULTS
from aiovgic.scenario import expectations, layout, machine, steps, tasks
from aiovgic.scenario.loader import KEYS
from aiovgic.scenario.scenario import EXPECTED, SCHEMA_VERSION
from aiovgic.scenario.setup import ITS_STATES
from aiovgic.scenario.shorthand import GUEST_SHORTHANDS, SHORTHANDS
from aiovgic.uapi.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiovgic.uapi.fields import Schema
    from aiovgic.uapi.operations import Shape

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
LABEL: Schema = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_.-]*$", "description": "a name for the result"}
NUMBER: Schema = {"type": ["integer", "string"], "description": "a number, '0x...', or a KVM constant's name"}
NUMERAL = "^(0[xX][0-9a-fA-F]+|[0-9]+)$"
"""A key that is a number."""


def schema() -> Schema:
    """The JSON Schema (2020-12) of scenario files of this version."""
    expectation = {"$ref": "#/$defs/expectation"}
    groups = {"oneOf": [expectation, {"type": "array", "items": expectation, "minItems": 1}]}
    about = {
        "always": "Holds in every outcome.",
        "never": "Holds in no outcome.",
        "sometimes": "Each holds in at least one outcome.",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"aiovgic scenario, schema {SCHEMA_VERSION}",
        **record(
            KEYS,
            {
                "schema": {"const": SCHEMA_VERSION},
                "title": {**TEXT, "description": "The claim, in one line."},
                "about": {**TEXT, "description": "Why, with a commit, a CVE or a facts section."},
                "machine": machine_schema(),
                "faults": {
                    **record(machine.FAULT_KEYS, dict.fromkeys(machine.FAULT_KEYS, between(0, MAX_FAULTS))),
                    "description": "How many allocations and user copies may fail in one execution.",
                },
                "tasks": tasks_schema(),
                **{when: {**groups, "description": about[when]} for when in EXPECTED},
            },
            required=("schema", "title", "tasks"),
        ),
        "$defs": {
            "expectation": expectation_schema(),
            "thread_step": step_schema(thread_steps()),
            "guest_step": step_schema(guest_steps()),
        },
    }


def record(keys: Sequence[str], properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """A mapping with these keys and no others; ``keys`` are the loader's own."""
    assert sorted(keys) == sorted(properties), (keys, list(properties))
    ordered = {key: properties[key] for key in keys}
    return {"type": "object", "properties": ordered, "required": list(required), "additionalProperties": False}


def between(low: int, high: int) -> Schema:
    """A number in a range."""
    return {"type": "integer", "minimum": low, "maximum": high}


def by_number(values: Schema) -> Schema:
    """A mapping whose keys are numbers."""
    return {"type": "object", "patternProperties": {NUMERAL: values}, "additionalProperties": False}


def listed(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


# -- the machine ----------------------------------------------------------------------------------


def machine_schema() -> Schema:
    """What is there before the race."""
    events = between(1, machine.MAX_ID + 1)
    its = {
        "base": between(0, machine.MAX_BASE),
        "state": {"enum": list(ITS_STATES)},
        "device": between(0, machine.MAX_ID),
        "events": events,
        "devices": by_number(events),
    }
    lpi = {
        "lpi": between(VGIC_MIN_LPI, VGIC_MAX_LPI),
        "device": between(0, machine.MAX_ID),
        "event": between(0, machine.MAX_ID),
        "vcpu": between(0, layout.MAX_VCPUS - 1),
        "its": between(0, len(layout.ITS_BASES) - 1),
        "priority": between(0, 0xFF),
        "enabled": FLAG,
    }
    irqs = between(machine.MIN_IRQS, machine.MAX_IRQS)
    found = {
        "vcpus": between(0, layout.MAX_VCPUS),
        "gic": {"enum": list(machine.GICS)},
        "lrs": between(1, machine.MAX_LRS),
        "nr_irqs": {**irqs, "multipleOf": machine.IRQS_STEP},
        "ready": {**FLAG, "description": "Whether the guest has enabled distributor, CPU interfaces and LPIs."},
        "host": record(
            machine.HOST_KEYS, {"gic": {"enum": list(machine.HOST_GICS)}, "gicv2_compat": FLAG, "gicv4": FLAG}
        ),
        "its": {**listed(record(machine.ITS_KEYS, its)), "maxItems": len(layout.ITS_BASES)},
        "lpis": listed(record(machine.LPI_KEYS, lpi, ("lpi", "device", "event"))),
        "setup": listed({"$ref": "#/$defs/thread_step"}),
    }
    return {**record(machine.KEYS, found), "description": "What is there before the race."}


# -- tasks ----------------------------------------------------------------------------------------


def tasks_schema() -> Schema:
    """What races: threads, vCPUs, interrupt handlers of the host."""
    thread, guest = (listed({"$ref": f"#/$defs/{kind}_step"}) for kind in ("thread", "guest"))
    cpu = between(0, tasks.MAX_CPU)
    kinds: list[tuple[str, Schema, Schema]] = [
        ("thread", TEXT, thread),
        ("vcpu", between(0, layout.MAX_VCPUS - 1), guest),
        ("isr", {"type": "string", "pattern": f"^{tasks.CPU_OF}"}, thread),
    ]
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{tasks.NAME.pattern}$"},
        "minProperties": 1,
        "maxProperties": tasks.MAX_TASKS,
        "additionalProperties": {
            "oneOf": [
                record((kind, "cpu", "steps"), {kind: value, "cpu": cpu, "steps": each}, (kind, "steps"))
                for kind, value, each in kinds
            ]
        },
    }


def thread_steps() -> dict[str, Schema]:
    """What a thread does, by name: with its fields."""
    own = {name: shape for name, shape in SHORTHANDS.items() if name not in GUEST_SHORTHANDS}
    return {name: shape.schema() for name, shape in {**OPERATIONS, **own}.items()}


def guest_steps() -> dict[str, Schema]:
    """What a vCPU's guest does; the task says which vCPU."""
    operations = {name: shape for name, shape in OPERATIONS.items() if shape.guest or name in steps.GUEST_MEMORY}
    own = {name: SHORTHANDS[name] for name in GUEST_SHORTHANDS}
    return {name: without_vcpu(shape) if shape.guest else shape.schema() for name, shape in operations.items()} | {
        name: shape.schema() for name, shape in own.items()
    }


def without_vcpu(shape: Shape) -> Schema:
    """The fields of a guest's operation but for the vCPU."""
    found = shape.schema()
    return {**found, "properties": {name: each for name, each in found["properties"].items() if name != "vcpu"}}


def step_schema(known: Mapping[str, Schema]) -> Schema:
    """One operation: its name alone, or a mapping with its fields and a label."""
    bare = [name for name, fields in known.items() if not fields["required"]]
    fields = {name: {"type": ["object", "null"], **without_type(each)} for name, each in known.items() if name in bare}
    return {
        "oneOf": [
            {"enum": bare},
            {
                "type": "object",
                "properties": {**known, **fields, "as": LABEL, "note": {}},
                "additionalProperties": False,
                "oneOf": [{"required": [name]} for name in known],
            },
        ]
    }


def without_type(found: Schema) -> Schema:
    """A schema but for its type."""
    return {key: each for key, each in found.items() if key != "type"}


# -- expectations ---------------------------------------------------------------------------------


def expectation_schema() -> Schema:
    """Things that hold together at the end of an execution."""
    results = {**{key: {} for key in expectations.RESULT_KEYS}, "value": NUMBER}
    intid = between(0, expectations.MAX_INTID)
    facts: dict[str, Any] = {
        "delivered": by_number(between(0, expectations.MAX_COUNT)),
        "taken": by_number(TEXT),
        "pending": listed(intid),
        "lost": listed(intid),
        "bus": by_number({"type": ["string", "null"]}),
        "mmio": by_number(NUMBER),
        "memory": by_number({"type": "string", "pattern": "^([0-9a-fA-F]{2} ?)*$"}),
        "serial": {
            "const": True,
            "description": "Some order of whole steps explains which steps succeeded, and with which values.",
        },
    }
    by_label = {"type": "object", "additionalProperties": record(expectations.RESULT_KEYS, results)}
    found = record(("results", *expectations.FACTS), {"results": by_label, **facts})
    return {**found, "minProperties": 1}
