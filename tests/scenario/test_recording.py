"""Recordings: every file is scripts, or one line that says where it is not."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiovgic.errors import ScenarioError
from aiovgic.scenario.recording import load_recording, slices

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = '{"script": "a/b", "about": "what it is about"}\n'
OP = '{"op": "create_vcpu", "id": 0, "note": "n", "result": {"ret": 0, "errno": null}}\n'
GOOD = SCRIPT + OP


def refused(path: Path) -> str:
    """What is said about a file, with its folder left out."""
    with pytest.raises(ScenarioError) as caught:
        load_recording(path)
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"{path.parent}/")


def written(folder: Path, content: str | bytes) -> Path:
    """A file with this in it."""
    path = folder / "f.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "f.jsonl: has no script in it", id="empty"),
        pytest.param("\n\n  \n", "f.jsonl: has no script in it", id="blank lines"),
        pytest.param('{"layout": {}}\n', "f.jsonl: has no script in it", id="no script"),
        pytest.param(
            OP, "f.jsonl:1: an operation before any script; begin with {'script': 'theme/name'}", id="op before script"
        ),
        pytest.param(
            SCRIPT + '\n{"op": "create_vpcu", "id": 0}',
            "f.jsonl:3: unknown operation 'create_vpcu'; did you mean 'create_vcpu'?",
            id="unknown operation",
        ),
        pytest.param(
            SCRIPT + '{"op": "create_vcpu", "idd": 0}',
            "f.jsonl:2: create_vcpu: unknown field 'idd'; did you mean 'id'?",
            id="unknown field",
        ),
        pytest.param(
            SCRIPT + '{"op": "create_vcpu"}', "f.jsonl:2: create_vcpu: needs the field 'id'", id="missing field"
        ),
        pytest.param(
            SCRIPT + '{"op": "create_vcpu", "id": "zero"}',
            "f.jsonl:2: create_vcpu: id: 'zero' is no number and no KVM constant",
            id="field of the wrong type",
        ),
        pytest.param(GOOD + SCRIPT, "f.jsonl:3: script 'a/b' is in line 1 already", id="script twice"),
        pytest.param('{"script": 7}', "f.jsonl:1: script: 7 is no name", id="script without name"),
        pytest.param('{"script": ""}', "f.jsonl:1: script: '' is no name", id="script with empty name"),
        pytest.param(SCRIPT + '{"op": 7}', "f.jsonl:2: op: 7 is no name", id="operation without name"),
        pytest.param(
            SCRIPT + '{"op": "run", "result": 0}', "f.jsonl:2: result: 0 is no result", id="result that is none"
        ),
        pytest.param(
            SCRIPT + '{"op": "run", "result": {}}', "f.jsonl:2: result: {} is no result", id="result without ret"
        ),
        pytest.param("[1]", "f.jsonl:1: is [1], not an object", id="no object"),
        pytest.param(
            '{"scirpt": "a"}',
            "f.jsonl:1: begins with 'scirpt', not with one of op, script, layout, recorded; did you mean 'script'?",
            id="misspelt beginning",
        ),
        pytest.param(
            "{}", "f.jsonl:1: begins with '', not with one of op, script, layout, recorded", id="empty object"
        ),
        pytest.param('{"recorded": 1}', "f.jsonl:1: recorded: 1 is no object", id="recorded nowhere"),
        pytest.param(
            '{"recorded": {"host_gic": 4}}',
            "f.jsonl:1: recorded: host_gic: 4 is none of 0, 2, 3",
            id="recorded on a strange host",
        ),
        pytest.param(b"\xff\xfe", "f.jsonl:1: is no text in UTF-8", id="no text"),
        pytest.param(GOOD.encode() + b"\n\xe4", "f.jsonl:4: is no text in UTF-8", id="text in another encoding"),
        pytest.param(b"\x1f\x8bnonsense", "f.jsonl: cannot be read: Unknown compression method", id="no gzip"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert refused(written(tmp_path, content)) == message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"op": "create_vcpu", "i', id="cut in the middle"),
        pytest.param("{'op': 'run'}", id="Python"),
        pytest.param("nonsense", id="words"),
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param('{"op": NaN}', id="no number"),
    ],
)
def test_a_line_that_is_no_json(tmp_path: Path, text: str) -> None:
    assert refused(written(tmp_path, f"{SCRIPT}\n{text}")).startswith("f.jsonl:3: is no JSON: ")


@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
def test_a_gzip_that_is_cut_in_the_middle(tmp_path: Path, part: float) -> None:
    whole = gzip.compress("".join(f'{{"script": "a/{n}"}}\n' for n in range(1000)).encode())
    path = written(tmp_path, whole[: int(len(whole) * part)])
    assert refused(path) == "f.jsonl: cannot be read: Compressed file ended before the end-of-stream marker was reached"


def test_a_gzip_with_a_flipped_byte(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(GOOD.encode() * 50))
    whole[len(whole) // 2] ^= 0xFF
    assert refused(written(tmp_path, bytes(whole))).startswith("f.jsonl: cannot be read: ")


def test_a_directory(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert refused(tmp_path / "d") == "d: cannot be read: Is a directory"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing") == "nothing: cannot be read: No such file or directory"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_a_good_file_is_scripts_with_steps(tmp_path: Path, packed: bool) -> None:
    lines = f'{{"recorded": {{"kernel": "6.12", "host_gic": 2}}}}\n{{"layout": {{}}}}\n\n{GOOD}{{"script": "a/c"}}\n'
    path = written(tmp_path, gzip.compress(lines.encode()) if packed else lines)
    recording = load_recording(path)
    assert (recording.kernel, recording.host_gic) == ("6.12", 2)
    assert [(script.name, script.line, len(script.steps)) for script in recording.scripts] == [
        ("a/b", 4, 1),
        ("a/c", 6, 0),
    ]
    step = recording.scripts[0].steps[0]
    assert (step.line, step.op.name, step.op.raw, step.note) == (5, "create_vcpu", {"id": 0}, "n")
    assert step.expected == {"ret": 0, "errno": None}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param('{"op": "set_gsi_routing", "entries": [], "flags": 1}', "flags", id="flags of a routing table"),
        pytest.param(
            '{"op": "mmio_write", "vcpu": 0, "addr": 0, "size": 4, "value_from_read": 1}',
            "value_from_read",
            id="a store",
        ),
    ],
)
def test_what_the_kernels_player_does_not_pass_on_is_not_played(tmp_path: Path, line: str, field: str) -> None:
    (script,) = load_recording(written(tmp_path, SCRIPT + line)).scripts
    assert script.steps[0].op.fields[field] == 0


def test_scripts_are_cut_into_runs_of_about_so_many_operations(tmp_path: Path) -> None:
    sizes = [3, 3, 10, 1, 1]
    lines = "".join(f'{{"script": "a/{n}"}}\n' + OP * size for n, size in enumerate(sizes))
    recording = load_recording(written(tmp_path, lines))
    assert list(slices(recording, 5)) == [range(2), range(2, 3), range(3, 5)]


members = st.sampled_from(["op", "script", "layout", "recorded", "result", "note", "id", "vcpu", "died"]) | st.text(
    max_size=5
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["run", "create_vcpu", "a/b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(members, values, max_size=4).map(json.dumps)
junk = st.text(max_size=30) | objects | st.sampled_from([SCRIPT, OP])


@settings(max_examples=200, deadline=None)
@given(st.lists(junk, max_size=5).map("\n".join))
def test_whatever_is_in_a_file_it_is_scripts_or_one_line_that_says_where_not(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = written(tmp_path_factory.getbasetemp(), text.encode("utf-8", "surrogatepass"))
    try:
        load_recording(path)
    except ScenarioError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  both outcomes are right
