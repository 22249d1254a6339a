"""The vocabulary: every operation by name, and the fields it takes.

Scripts, scenarios, traces and the Python API all say the same words (devtools/oracle/README.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiovgic.record.operation import Operation
from aiovgic.text import nearest, shown
from aiovgic.uapi.fields import Handle, Hex, Number, Register, Schema, Size, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.uapi.fields import Kind

DEFAULT_RAM = 0x4000_0000
DEFAULT_RAM_SIZE = 0x100_0000


class Required:
    """Stands where a field has no default."""


REQUIRED = Required()
MEM_WRITE_FIELDS = 2
ABSENT = None
"""The default of a field that is simply not there."""


@dataclass(frozen=True)
class Field:
    """One field of an operation."""

    kind: Kind
    default: Any = 0


@dataclass(frozen=True)
class Shape:
    """What one operation is made of."""

    about: str
    fields: Mapping[str, Field]
    guest: bool = False
    """Whether a vCPU's guest does it, and not userspace."""

    def parse(self, raw: Mapping[str, object]) -> dict[str, Any]:
        """The fields, complete and checked. Raises ValueError, naming the field."""
        for name in raw:
            if name not in self.fields:
                raise ValueError(f"unknown field {shown(name)}{nearest(name, list(self.fields))}")
        parsed: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name in raw:
                try:
                    parsed[name] = field.kind.parse(raw[name])
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
            elif field.default is REQUIRED:
                raise ValueError(f"needs the field {name!r}")
            elif field.default is not ABSENT:
                parsed[name] = field.default
        return parsed

    def schema(self) -> Schema:
        """The fields as JSON Schema."""
        return {
            "type": "object",
            "description": self.about,
            "properties": {name: field.kind.schema() for name, field in self.fields.items()},
            "required": [name for name, field in self.fields.items() if field.default is REQUIRED],
            "additionalProperties": False,
        }


class Entries:
    """The entries of a GSI routing table."""

    # fmt: off
    SHAPE = Shape("One route.", {
        "gsi":     Field(Number(32), REQUIRED),
        "type":    Field(Number(32), REQUIRED),
        "flags":   Field(Number(32)),
        "irqchip": Field(Number(32)),
        "pin":     Field(Number(32)),
        "address": Field(Number()),
        "data":    Field(Number(32)),
        "devid":   Field(Number(32)),
    })
    # fmt: on

    def parse(self, value: object) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise ValueError(f"{shown(value)} is no list of routes")
        return [self.entry(entry) for entry in value]

    def entry(self, value: object) -> dict[str, Any]:
        """One route."""
        if not isinstance(value, dict):
            raise ValueError(f"{shown(value)} is no route")
        return self.SHAPE.parse({name: field for name, field in value.items() if name != "note"})

    def schema(self) -> Schema:
        return {"type": "array", "items": self.SHAPE.schema()}


U64, U32, SIZE, REG, HANDLE = Number(), Number(32), Size(), Register(), Handle()
NEED64, NEED32 = Field(U64, REQUIRED), Field(U32, REQUIRED)
OPT64, OPT32 = Field(U64), Field(U32)
VCPU, DEV, WHOLE_VCPU = Field(HANDLE), Field(HANDLE), Field(Handle(64))
ATTR = {"dev": DEV, "group": NEED32, "attr": OPT64, "addr_bad": OPT64}

# fmt: off
OPERATIONS: Mapping[str, Shape] = {
    "create_vm": Shape("KVM_CREATE_VM and one memory slot.", {
        "ipa_bits": OPT32, "ram_gpa": Field(U64, DEFAULT_RAM), "ram_size": Field(U64, DEFAULT_RAM_SIZE),
        "keep_ram": OPT64}),
    "destroy_vm": Shape("close(2) of all descriptors of the VM; its end, once no ioctl is running.", {}),
    "create_vcpu": Shape("KVM_CREATE_VCPU.", {"id": NEED32}),
    "arm_vcpu_init": Shape("KVM_ARM_VCPU_INIT, preferred target.", {"vcpu": VCPU, "features": OPT64}),
    "create_irqchip": Shape("KVM_CREATE_IRQCHIP.", {}),
    "create_device": Shape("KVM_CREATE_DEVICE.", {"type": NEED32, "flags": OPT32}),
    "close_device": Shape("close(2) of a device.", {"dev": DEV}),
    "check_extension": Shape("KVM_CHECK_EXTENSION on the VM.", {"cap": NEED64}),
    "set_device_attr": Shape("KVM_SET_DEVICE_ATTR.", {
        **ATTR, "value": OPT64, "value_from_get": OPT64}),
    "get_device_attr": Shape("KVM_GET_DEVICE_ATTR.", {
        **ATTR, "value": OPT64, "value_from_get": OPT64}),
    "has_device_attr": Shape("KVM_HAS_DEVICE_ATTR.", {
        **ATTR, "value": OPT64, "value_from_get": OPT64}),
    "signal_msi": Shape("KVM_SIGNAL_MSI.", {
        "address": OPT64, "data": OPT32, "devid": OPT32, "flags": OPT32}),
    "irq_line": Shape("KVM_IRQ_LINE.", {"irq": NEED32, "level": OPT32}),
    "set_gsi_routing": Shape("KVM_SET_GSI_ROUTING.", {
        "entries": Field(Entries(), REQUIRED), "flags": OPT32}),
    "irqfd": Shape("KVM_IRQFD with an eventfd for the GSI.", {"gsi": OPT64, "flags": OPT32}),
    "irqfd_signal": Shape("A write to the eventfd for the GSI.", {"gsi": OPT64}),
    "get_one_reg": Shape("KVM_GET_ONE_REG.", {"vcpu": WHOLE_VCPU, "id": NEED64}),
    "set_one_reg": Shape("KVM_SET_ONE_REG.", {"vcpu": WHOLE_VCPU, "id": NEED64, "value": OPT64}),
    "mem_write": Shape("Userspace writes guest memory.", {
        "gpa": NEED64, "hex": Field(Hex(), ABSENT), "u64": Field(Words(), ABSENT)}),
    "mem_read": Shape("Userspace reads guest memory.", {"gpa": NEED64, "len": NEED64}),
    "mem_scan": Shape("Userspace lists the 64-bit words that are not zero.", {"gpa": NEED64, "len": NEED64}),
    "mmio_read": Shape("A guest's load.", {
        "vcpu": VCPU, "addr": NEED64, "size": Field(SIZE, REQUIRED)}, guest=True),
    "mmio_write": Shape("A guest's store.", {
        "vcpu": VCPU, "addr": NEED64, "size": Field(SIZE, REQUIRED), "value": OPT64,
        "value_from_read": OPT64}, guest=True),
    "sysreg_read": Shape("A guest reads a system register.", {
        "vcpu": VCPU, "reg": Field(REG, REQUIRED)}, guest=True),
    "sysreg_write": Shape("A guest writes a system register.", {
        "vcpu": VCPU, "reg": Field(REG, REQUIRED), "value": OPT64, "value_from_read": OPT64}, guest=True),
    "run": Shape("KVM_RUN, and nothing more.", {"vcpu": VCPU}, guest=True),
    "wfi": Shape("A guest waits for an interrupt.", {"vcpu": VCPU}, guest=True),
}
# fmt: on


def operation(name: str, raw: Mapping[str, object]) -> Operation:
    """An operation by its name and fields, as they are written. Raises ValueError with the nearest right word."""
    shape = OPERATIONS.get(name)
    if shape is None:
        raise ValueError(f"unknown operation {shown(name)}{nearest(name, list(OPERATIONS))}")
    try:
        fields = shape.parse(raw)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if name == "mem_write" and len(fields) != MEM_WRITE_FIELDS:
        raise ValueError("mem_write: needs either 'hex' or 'u64'")
    return Operation(name, fields, raw)
