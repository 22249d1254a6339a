"""Results from lines of the probe."""

from __future__ import annotations

from typing import Any

import pytest

from devtools.oracle.answers import result_of

OK = {"ret": 0, "errno": None}


@pytest.mark.parametrize(
    ("name", "line", "result"),
    [
        ("create_vm", "0 -", OK),
        ("signal_msi", "1 -", {"ret": 1, "errno": None}),
        ("set_device_attr", "-1 EEXIST", {"ret": -1, "errno": "EEXIST"}),
        ("create_device", "0 - d 2", {**OK, "dev": 2}),
        ("get_device_attr", "0 - v 0x8080000", {**OK, "value": "0x8080000"}),
        ("mem_read", "0 - h 00ff", {**OK, "hex": "00ff"}),
        ("mem_read", "0 - h ", {**OK, "hex": ""}),
        ("mem_scan", "0 -", {**OK, "words": []}),
        ("mem_scan", "-1 EFAULT", {"ret": -1, "errno": "EFAULT"}),
        ("mem_scan", "0 - w 0x10,0x1 w 0x18,0x2", {**OK, "words": [["0x10", "0x1"], ["0x18", "0x2"]]}),
        ("sysreg_read", "0 - v 0x3ff", {**OK, "value": "0x3ff"}),
        ("sysreg_write", "0 - v 0x3ff", OK),
        ("run", "0 - v 0x0", OK),
        ("run", "0 - e 17", {**OK, "exit_reason": 17}),
        (
            "mmio_read",
            "0 - v 0x0 m 0x9000000,0,4,0x0",
            {**OK, "mmio_exit": {"phys_addr": "0x9000000", "is_write": 0, "len": 4}},
        ),
        (
            "mmio_write",
            "0 - v 0x7 m 0x9000000,1,4,0x7",
            {**OK, "mmio_exit": {"phys_addr": "0x9000000", "is_write": 1, "len": 4, "data": "0x7"}},
        ),
        (
            "mmio_read",
            "0 - x 0x96000010,0x8000001",
            {**OK, "exception": {"esr": "0x96000010", "far": "0x8000001"}},
        ),
        ("sysreg_read", "0 - x 0x2000000,0x0", {**OK, "exception": {"esr": "0x2000000"}}),
    ],
    ids=str,
)
def test_a_line_is_a_result(name: str, line: str, result: dict[str, Any]) -> None:
    assert result_of(name, line) == result


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match="the probe wrote the key 'q'"):
        result_of("run", "0 - q 1")
