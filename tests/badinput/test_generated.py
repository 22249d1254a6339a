"""Bad input that hypothesis generates: bytes, JSON of any shape, operations with any fields."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aiovgic.record.trace import KINDS as LINES
from aiovgic.uapi.constants import KVM_NAMES
from aiovgic.uapi.operations import OPERATIONS
from devtools.mangle import NASTY
from tests.badinput.files import KINDS, LAYER, RECORDING, TRACE, Kind, ask, originals, wrong

HEAD = originals(TRACE)[0].split(b"\n", 1)[0] + b"\n"
kinds = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != LAYER], ids=lambda kind: kind.name)

numbers = st.integers(-(1 << 65), 1 << 65) | st.integers(0, 9) | st.sampled_from(sorted(KVM_NAMES))
scalars = st.none() | st.booleans() | numbers | st.floats() | st.text(max_size=8) | st.sampled_from(NASTY)
words = st.sampled_from([*OPERATIONS, *LINES, "op", "script", "result", "kind", "step", "task", "recorded", "host_gic"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4), max_leaves=8
)


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    """An operation with all its fields, mostly numbers, and perhaps one more or one less."""
    name = draw(st.sampled_from(list(OPERATIONS)))
    fields: dict[str, Any] = {
        field: draw(st.sampled_from((1, 2, 4, 8)) if field == "size" else numbers | scalars)
        for field in OPERATIONS[name].fields
    }
    if draw(st.integers(0, 9)) == 0:
        fields[draw(words)] = draw(values)
    return {"op": name, **fields, "result": {"ret": 0, "errno": None}}


def told(kind: Kind, data: bytes) -> str | None:
    """What is said wrongly about a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder, kind.file)
        path.write_bytes(data)
        return wrong(*ask(kind.command(path)), path.name)


def in_lines(objects: list[Any]) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(each).encode() + b"\n" for each in objects)


@pytest.fixture(autouse=True, scope="module")
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Traces of findings go to a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        yield


@kinds
@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200))
@example(data=b"")
@example(data=b"\x1f\x8b")
@example(data=b"\xef\xbb\xbf{}")
@example(data=b"{}\r\n{}")
def test_any_bytes(kind: Kind, data: bytes) -> None:
    assert told(kind, data) is None


@pytest.mark.parametrize("kind", [RECORDING, TRACE], ids=lambda kind: kind.name)
@settings(max_examples=200, deadline=None)
@given(objects=st.lists(values, max_size=4))
def test_any_json(kind: Kind, objects: list[Any]) -> None:
    assert told(kind, in_lines(objects)) is None
    assert told(kind, (HEAD if kind == TRACE else b'{"script": "a/b"}\n') + in_lines(objects)) is None


@settings(max_examples=300, deadline=None)
@given(operations=st.lists(operations(), min_size=1, max_size=6))
def test_any_operations(operations: list[dict[str, Any]]) -> None:
    start = [{"script": "a/b"}, {"op": "create_vm"}, {"op": "create_vcpu", "id": 0}, {"op": "arm_vcpu_init"}]
    start += [{"op": "create_device", "type": "vgic-v3"}, {"op": "create_device", "type": "vgic-its"}]
    assert told(RECORDING, in_lines([*start, *operations])) is None
