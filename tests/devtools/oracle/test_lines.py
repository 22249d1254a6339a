"""Operations as lines of the probe."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from aiovgic.arch.icc import SYSREGS
from aiovgic.scenario.shipped import recordings
from aiovgic.uapi.operations import OPERATIONS, operation
from devtools.oracle.lines import LINES, line_of
from devtools.oracle.script_file import load

if TYPE_CHECKING:
    from aiovgic.record.operation import Operation

ONES = "0xffffffffffffffff"


@pytest.mark.parametrize(
    ("name", "fields", "line"),
    [
        ("create_vm", {}, "V 0x0 0x40000000 0x1000000 0x0"),
        ("create_device", {"type": "vgic-its"}, "D 0x8 0x0"),
        ("create_irqchip", {}, "Q"),
        (
            "set_device_attr",
            {"dev": 1, "group": "KVM_DEV_ARM_VGIC_GRP_ADDR", "attr": "KVM_VGIC_ITS_ADDR_TYPE", "value": "0x8080000"},
            "S 0x1 0x0 0x4 0x0 0x8080000 0x0",
        ),
        ("has_device_attr", {"dev": 0, "group": 4, "addr_bad": 1, "value_from_get": 2}, "H 0x0 0x4 0x0 0x1 0x0 0x2"),
        ("signal_msi", {"address": 0x8090040, "data": 3, "devid": 2, "flags": 1}, "M 0x8090040 0x3 0x2 0x1"),
        (
            "set_one_reg",
            {"vcpu": 1, "id": "0x6030000000100042", "value": -1},
            f"P 0x1 0x6030000000100042 {2**64 - 1:#x}",
        ),
        ("mem_write", {"gpa": 16, "hex": "00ff"}, "W 0x10 00ff"),
        ("mem_write", {"gpa": 16, "u64": [1, -1]}, "W 0x10 0100000000000000ffffffffffffffff"),
        ("run", {"vcpu": 3}, "g 0x3 0xd503201f 0x0 0x0 0x0"),
        ("mmio_read", {"vcpu": 0, "addr": 8, "size": 4}, "g 0x0 0xb9400001 0x8 0x0 0x0"),
        ("mmio_write", {"vcpu": 0, "addr": 8, "size": 1, "value": 7}, "g 0x0 0x39000001 0x8 0x7 0x0"),
        ("sysreg_read", {"vcpu": 0, "reg": "ICC_IAR1_EL1"}, "g 0x0 0xd538cc01 0x0 0x0 0x1"),
        ("sysreg_write", {"vcpu": 0, "reg": "ICC_PMR", "value": 0xF8}, "g 0x0 0xd5184601 0x0 0xf8 0x0"),
        ("sysreg_write", {"vcpu": 0, "reg": "ICC_EOIR1", "value_from_read": 2}, "g 0x0 0xd518cc21 0x0 0x0 0x3"),
    ],
    ids=str,
)
def test_an_operation_is_one_line(name: str, fields: dict[str, object], line: str) -> None:
    assert line_of(operation(name, fields)) == line


def test_routes_have_six_numbers_each() -> None:
    entries = [
        {"gsi": 40, "type": "irqchip", "irqchip": 1, "pin": 8, "flags": 2},
        {"gsi": 41, "type": "msi", "address": 0x8090040, "data": 5, "devid": 9, "flags": 1},
        {"gsi": 42, "type": 7, "pin": 3},
    ]
    assert line_of(operation("set_gsi_routing", {"entries": entries})) == (
        "T 3 0x28 0x1 0x1 0x8 0x0 0x2 0x29 0x2 0x8090040 0x5 0x9 0x1 0x2a 0x7 0x0 0x3 0x0 0x0"
    )


@pytest.mark.parametrize(
    "refused",
    [operation("destroy_vm", {}), operation("wfi", {"vcpu": 0})],
    ids=str,
)
def test_an_operation_that_the_probe_does_not_have_is_refused(refused: Operation) -> None:
    with pytest.raises(ValueError, match="cannot be asked"):
        line_of(refused)


def test_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match="close_device: dev: 'its0' is a label; a script has indices"):
        line_of(operation("close_device", {"dev": "its0"}))


def test_a_store_of_a_value_read_before_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be asked"):
        line_of(operation("mmio_write", {"vcpu": 0, "addr": 8, "size": 4, "value_from_read": 1}))


@pytest.mark.parametrize("name", LINES)
def test_each_line_has_fields_of_its_operation(name: str) -> None:
    assert set(LINES[name][1:]) <= set(OPERATIONS[name].fields)


@pytest.mark.parametrize("name", SYSREGS)
def test_a_read_and_a_write_of_a_register_differ_in_one_bit(name: str) -> None:
    read = line_of(operation("sysreg_read", {"vcpu": 0, "reg": name})).split()[2]
    written = line_of(operation("sysreg_write", {"vcpu": 0, "reg": name})).split()[2]
    assert int(read, 16) ^ int(written, 16) == 1 << 21


def test_the_shipped_recordings_have_a_line_for_each_operation() -> None:
    paths = [path for path in recordings("v6.12") if path.name in {"more-asked.jsonl.gz", "facts.jsonl.gz"}]
    letters = Counter(line[0] for path in paths for script in load(path).scripts for _, line in script.ops)
    assert sum(letters.values()) == 9430
    assert set(letters) >= set("VDSGHCUIXOPMLWRNTFfg")
