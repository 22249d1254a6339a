"""The vocabulary: what can be written, and what is said about all else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aiovgic.uapi.operations import OPERATIONS, REQUIRED, operation

FILLED: dict[str, Any] = {"entries": [], "size": 4, "reg": "ICC_PMR_EL1"}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars | st.sampled_from(["0x10", "KVM_CAP_IRQCHIP", "its0", "0b2", "1" * 5000, 1 << 64, -(1 << 63) - 1]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from([*OPERATIONS]) | st.text(max_size=12)


def minimal(name: str) -> dict[str, Any]:
    """The least that an operation has to say."""
    fields = {
        field: FILLED.get(field, 1) for field, kind in OPERATIONS[name].fields.items() if kind.default is REQUIRED
    }
    return {**fields, "hex": "00"} if name == "mem_write" else fields


def refused(name: str, raw: dict[str, Any]) -> str:
    """What is said about an operation that is none."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is what is tested
        operation(name, raw)
    return str(caught.value)


@pytest.mark.parametrize("name", OPERATIONS)
class TestEveryOperation:
    def test_it_parses_with_the_least_there_is_to_say(self, name: str) -> None:
        assert operation(name, minimal(name)).name == name

    def test_a_missing_field_is_named(self, name: str) -> None:
        for field in minimal(name):
            if field != "hex":
                raw = {key: value for key, value in minimal(name).items() if key != field}
                assert refused(name, raw) == f"{name}: needs the field {field!r}"

    def test_a_misspelt_field_is_named_with_the_right_one(self, name: str) -> None:
        for field in OPERATIONS[name].fields:
            message = refused(name, {**minimal(name), f"{field}x": 1})
            assert message.startswith(f"{name}: unknown field '{field}x'; did you mean '")

    def test_a_misspelt_name_is_answered_with_the_right_one(self, name: str) -> None:
        assert refused(f"{name}x", {}) == f"unknown operation '{name}x'; did you mean {name!r}?"

    def test_every_field_refuses_what_is_no_value(self, name: str) -> None:
        for field in OPERATIONS[name].fields:
            message = refused(name, {**minimal(name), field: {"a": 1}})
            assert message.startswith(f"{name}: {field}: ")
            assert "\n" not in message

    def test_its_schema_names_all_its_fields(self, name: str) -> None:
        schema = OPERATIONS[name].schema()
        assert set(schema["properties"]) == set(OPERATIONS[name].fields)
        assert set(schema["required"]) == set(minimal(name)) - {"hex"}


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        pytest.param(
            "creat_device", {}, "unknown operation 'creat_device'; did you mean 'create_device'?", id="a letter missing"
        ),
        pytest.param("zzzzzzzz", {}, "unknown operation 'zzzzzzzz'", id="nothing near"),
        pytest.param(
            "irq_line",
            {"irq": 1, "levle": 1},
            "irq_line: unknown field 'levle'; did you mean 'level'?",
            id="letters swapped",
        ),
        pytest.param(
            "create_device",
            {"type": "vgic-v4"},
            "create_device: type: 'vgic-v4' is no number and no KVM constant; did you mean 'vgic-v3'?",
            id="an unknown constant",
        ),
        pytest.param("create_vcpu", {"id": 1.5}, "create_vcpu: id: 1.5 is no number", id="a fraction"),
        pytest.param("create_vcpu", {"id": None}, "create_vcpu: id: None is no number", id="null"),
        pytest.param("create_vcpu", {"id": 1 << 64}, "create_vcpu: id: does not fit 64 bits", id="too large"),
        pytest.param("create_vcpu", {"id": "9" * 30}, "create_vcpu: id: does not fit 64 bits", id="too large as text"),
        pytest.param(
            "create_vcpu", {"id": -(1 << 63) - 1}, "create_vcpu: id: does not fit 64 bits", id="too far below zero"
        ),
        pytest.param(
            "mmio_read", {"addr": 0, "size": 3}, "mmio_read: size: 3 is no width; there are 1, 2, 4 and 8", id="a width"
        ),
        pytest.param(
            "sysreg_read",
            {"reg": "ICC_PMR_EL2"},
            "sysreg_read: reg: 'ICC_PMR_EL2' is no system register; did you mean 'ICC_PMR_EL1'?",
            id="a register of another level",
        ),
        pytest.param("mem_write", {"gpa": 0}, "mem_write: needs either 'hex' or 'u64'", id="no bytes"),
        pytest.param(
            "mem_write", {"gpa": 0, "hex": "", "u64": []}, "mem_write: needs either 'hex' or 'u64'", id="bytes twice"
        ),
        pytest.param(
            "mem_write", {"gpa": 0, "hex": "0"}, "mem_write: hex: '0' are no bytes in hexadecimal", id="half a byte"
        ),
        pytest.param("mem_write", {"gpa": 0, "u64": 1}, "mem_write: u64: 1 is no list of words", id="one word"),
        pytest.param(
            "set_gsi_routing",
            {"entries": [{"gsi": 1}]},
            "set_gsi_routing: entries: needs the field 'type'",
            id="a route without type",
        ),
        pytest.param("set_gsi_routing", {"entries": [7]}, "set_gsi_routing: entries: 7 is no route", id="no route"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(name: str, raw: dict[str, Any], message: str) -> None:
    assert refused(name, raw) == message


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param(16, 16, id="a number"),
        pytest.param("0x10", 16, id="hexadecimal"),
        pytest.param("0b11", 3, id="binary"),
        pytest.param("12", 12, id="decimal text"),
        pytest.param(True, 1, id="a boolean"),
        pytest.param(-1, 0xFFFFFFFF, id="minus one, in 32 bits"),
        pytest.param(0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF, id="64 bits cut to 32"),
        pytest.param("KVM_CAP_MSI_DEVID", 131, id="a constant"),
    ],
)
def test_a_number_may_be_written_in_any_way(written: object, value: int) -> None:
    assert operation("create_vcpu", {"id": written}).fields["id"] == value


def test_a_long_value_is_shown_short() -> None:
    assert len(refused("create_vcpu", {"id": "x" * 10_000})) < 150


def test_an_operation_reads_as_it_was_written() -> None:
    assert str(operation("irq_line", {"irq": "0x1000028", "level": 1})) == "irq_line irq=0x1000028 level=1"


@settings(max_examples=200, deadline=None)
@given(name=names, raw=st.dictionaries(st.text(max_size=8), values, max_size=5))
@example("create_vcpu", {"id": "1" * 5000})
def test_whatever_is_written_is_an_operation_or_a_value_error_in_one_line(name: str, raw: dict[str, Any]) -> None:
    check_total(name, raw)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from([*OPERATIONS]), data=st.data())
def test_whatever_is_in_the_right_fields_is_taken_or_refused_in_one_line(name: str, data: st.DataObject) -> None:
    fields = data.draw(st.dictionaries(st.sampled_from([*OPERATIONS[name].fields, "x"]), values, max_size=5))
    check_total(name, {**minimal(name), **fields})


def check_total(name: str, raw: dict[str, Any]) -> None:
    """An operation is made, or there is one line that says why not."""
    try:
        made = operation(name, raw)
    except ValueError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  both outcomes are right
        return
    assert set(made.fields) <= set(OPERATIONS[name].fields)
