"""Operations as lines of the probe: a letter, and numbers (``probe/op.h``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.arch.icc import SYSREGS
from aiovgic.arch.words import Word, bit, bits
from aiovgic.text import shown
from aiovgic.uapi.constants import KVM_IRQ_ROUTING_MSI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.record.operation import Operation

# fmt: off
LINES: Mapping[str, tuple[str, ...]] = {
    "create_vm":       ("V", "ipa_bits", "ram_gpa", "ram_size", "keep_ram"),
    "create_device":   ("D", "type", "flags"),
    "close_device":    ("C", "dev"),
    "set_device_attr": ("S", "dev", "group", "attr", "addr_bad", "value", "value_from_get"),
    "get_device_attr": ("G", "dev", "group", "attr", "addr_bad", "value", "value_from_get"),
    "has_device_attr": ("H", "dev", "group", "attr", "addr_bad", "value", "value_from_get"),
    "create_vcpu":     ("U", "id"),
    "arm_vcpu_init":   ("I", "vcpu", "features"),
    "create_irqchip":  ("Q",),
    "check_extension": ("X", "cap"),
    "get_one_reg":     ("O", "vcpu", "id"),
    "set_one_reg":     ("P", "vcpu", "id", "value"),
    "signal_msi":      ("M", "address", "data", "devid", "flags"),
    "irq_line":        ("L", "irq", "level"),
    "mem_read":        ("R", "gpa", "len"),
    "mem_scan":        ("N", "gpa", "len"),
    "irqfd":           ("F", "gsi", "flags"),
    "irqfd_signal":    ("f", "gsi"),
}
# fmt: on
"""The letter of each operation that is a list of numbers, and its fields in order."""

LOAD = {1: 0x3940_0001, 2: 0x7940_0001, 4: 0xB940_0001, 8: 0xF940_0001}
"""Loads of x1, or w1, from the address in x0, by their size in bytes."""
STORE = {1: 0x3900_0001, 2: 0x7900_0001, 4: 0xB900_0001, 8: 0xF900_0001}
"""Stores of x1, or w1, to the address in x0, by their size in bytes."""
NOP = 0xD503_201F

WRITTEN, REMEMBER = 0, 1
"""Modes of a guest's instruction: x1 is the number in the line; x1 is remembered afterwards.

1 + n: x1 is the nth latest one remembered.
"""


class SysregMove(Word):
    """The instruction ``msr`` from a general register to a system register, or ``mrs`` the other way."""

    rt = bits(4, 0)
    op2 = bits(7, 5)
    crm = bits(11, 8)
    crn = bits(15, 12)
    op1 = bits(18, 16)
    op0 = bits(20, 19)
    read = bit(21)
    fixed = bits(31, 22)


def line_of(op: Operation) -> str:
    """An operation as a line. Raises ValueError for one that the probe cannot perform, or a field that is a label."""
    fields = op.fields
    for name in ("dev", "vcpu"):
        if isinstance(fields.get(name), str):
            raise ValueError(f"{op.name}: {name}: {shown(fields[name])} is a label; a script has indices")
    if op.name in LINES:
        letter, *names = LINES[op.name]
        return " ".join((letter, *(hex(fields[name]) for name in names)))
    match op.name:
        case "mem_write":
            data: bytes = fields["hex"] if "hex" in fields else fields["u64"]
            return f"W {fields['gpa']:#x} {data.hex()}"
        case "set_gsi_routing":
            return " ".join((f"T {len(fields['entries'])}", *map(route, fields["entries"])))
        case _:
            return guest_line(op)


def route(entry: Mapping[str, Any]) -> str:
    """One route of a table."""
    names = ("address", "data", "devid") if entry["type"] == KVM_IRQ_ROUTING_MSI else ("irqchip", "pin")
    numbers = [entry[name] for name in names]
    return " ".join(map(hex, [entry["gsi"], entry["type"], *numbers, *[0] * (3 - len(numbers)), entry["flags"]]))


def guest_line(op: Operation) -> str:
    """An operation of a guest, as the instruction that its vCPU executes. Raises ValueError for one there is not."""
    fields = op.fields
    match op.name:
        case "mmio_read":
            words = (LOAD[fields["size"]], fields["addr"], 0, WRITTEN)
        case "mmio_write" if not fields["value_from_read"]:
            words = (STORE[fields["size"]], fields["addr"], fields["value"], WRITTEN)
        case "sysreg_read":
            words = (sysreg_move(fields["reg"], read=True), 0, 0, REMEMBER)
        case "sysreg_write":
            back = fields["value_from_read"]
            move = sysreg_move(fields["reg"], read=False)
            words = (move, 0, 0, REMEMBER + back) if back else (move, 0, fields["value"], WRITTEN)
        case "run":
            words = (NOP, 0, 0, WRITTEN)
        case _:
            raise ValueError(f"{op} cannot be asked: the probe has no such operation")
    return " ".join(("g", *map(hex, (fields["vcpu"], *words))))


def sysreg_move(name: str, *, read: bool) -> int:
    """The instruction that moves a system register to or from x1."""
    where = SYSREGS[name]
    return SysregMove.of(
        fixed=0x354, read=read, op0=where.op0, op1=where.op1, crn=where.crn, crm=where.crm, op2=where.op2, rt=1
    )
