"""Files of scripts, before and after they are asked."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import ScenarioError
from devtools.oracle.script_file import GZIP_FROM, load, write

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
{"recorded": {"kernel": "6.12", "host_gic": 3}}
{"layout": {"ram": "0x40000000"}}
{"script": "a/one", "about": "First", "died": 9}

{"op": "create_vm", "note": "a machine", "result": {"ret": 0, "errno": null}}
{"op": "create_vcpu", "id": 0}
"""


def of(tmp_path: Path, text: str) -> Path:
    """A file with this text."""
    path = tmp_path / "scripts.jsonl"
    path.write_text(text)
    return path


def test_what_a_recording_says_of_the_last_kernel_is_dropped(tmp_path: Path) -> None:
    file = load(of(tmp_path, SCRIPT))
    assert file.lines == [
        {"layout": {"ram": "0x40000000"}},
        {"script": "a/one", "about": "First"},
        {"op": "create_vm", "note": "a machine"},
        {"op": "create_vcpu", "id": 0},
    ]


def test_a_script_has_the_line_of_each_operation(tmp_path: Path) -> None:
    (script,) = load(of(tmp_path, SCRIPT)).scripts
    assert [line for _, line in script.ops] == ["V 0x0 0x40000000 0x1000000 0x0", "U 0x0"]


def test_a_recording_is_its_script_with_results(tmp_path: Path) -> None:
    file = load(of(tmp_path, SCRIPT))
    for op, _ in file.scripts[0].ops:
        op["result"] = {"ret": 0, "errno": None}
    first, *rest = map(json.loads, file.recording({"kernel": "7.3"}).splitlines())
    assert first == {"recorded": {"kernel": "7.3"}}
    assert rest[-1] == {"op": "create_vcpu", "id": 0, "result": {"ret": 0, "errno": None}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"op": "run", "vcpu": 0}', ":1: an operation before any script"),
        ('{"script": "a"}\n{"op": "irq_lime"}', ":2: unknown operation 'irq_lime'; did you mean 'irq_line'?"),
        ('{"script": "a"}\n{"op": "irq_line"}', ":2: irq_line: needs the field 'irq'"),
        ('{"script": "a"}\n{"op": "destroy_vm"}', ":2: destroy_vm cannot be asked: the probe has no such operation"),
        ('{"script": "a"}\n{"op": "run", "vcpu": "vcpu0"}', ":2: run: vcpu: 'vcpu0' is a label; a script has indices"),
        ("no JSON", ":1: is no JSON"),
    ],
    ids=str,
)
def test_a_wrong_line_is_told_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ScenarioError) as told:
        load(of(tmp_path, text))
    assert why in str(told.value)
    assert "\n" not in str(told.value)


def test_a_long_recording_is_gzipped_and_replaces_the_short_one(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", "short")
    write(tmp_path, "a.jsonl.gz", "x" * GZIP_FROM)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl.gz"]
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == b"x" * GZIP_FROM


def test_a_short_recording_replaces_the_long_one(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", "x" * GZIP_FROM)
    write(tmp_path, "a.jsonl", "short")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
