"""Operations and differences: what was asked, as it was written."""

from __future__ import annotations

import pytest

from aiovgic.record.difference import Difference
from aiovgic.record.operation import Operation

WRITE = Operation("mmio_write", {"vcpu": 0, "addr": 0x0808_0088}, {"addr": "0x8080088", "vcpu": "last"})


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        pytest.param(Operation("create_vm"), "create_vm", id="no fields"),
        pytest.param(WRITE, "mmio_write addr=0x8080088 vcpu=last", id="fields in the order they were written"),
        pytest.param(Operation("run", {"vcpu": 0}), "run", id="a default that was not written"),
    ],
)
def test_an_operation_reads_as_it_was_written(operation: Operation, text: str) -> None:
    assert str(operation) == text


def test_two_operations_without_fields_share_nothing() -> None:
    one, other = Operation("create_vm"), Operation("create_vm")
    assert one == other
    assert one.fields is not other.fields
    assert one.raw is not other.raw


def test_a_difference_is_told_with_the_operation_as_it_was_written() -> None:
    difference = Difference("gits.jsonl.gz", "cwriter", 3, 5, WRITE, {"ret": 0}, {"ret": -1, "errno": "ENXIO"})
    assert difference.to_json() == {
        "file": "gits.jsonl.gz",
        "script": "cwriter",
        "index": 3,
        "line": 5,
        "op": {"op": "mmio_write", "addr": "0x8080088", "vcpu": "last"},
        "expected": {"ret": 0},
        "got": {"ret": -1, "errno": "ENXIO"},
        "state": {},
    }
