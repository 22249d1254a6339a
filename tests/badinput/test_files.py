"""Files that are none, or of another kind, or without end: the whole line that is said about each."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.cli.main import run
from tests.badinput.files import TRACE, ask, fault, originals

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

MIB = 1 << 20
LAYER_INSIDE = b'"bugs":[{"name":"evil.py","digest":"0","source":"x = 1"}]'
FIRST = b'{"script": "a/b"}\n{"op": "create_vm", "result": {"ret": 0}}\n'
MSI = b"      - signal_msi: "
SCENARIO = b"schema: 1\ntitle: A claim\ntasks:\n  vmm:\n    thread: vmm\n    steps:\n"


def of(data: bytes) -> Callable[[Path], object]:
    """Makes a file with this in it."""
    return lambda path: path.write_bytes(data)


def folder(path: Path) -> None:
    """Makes a directory."""
    path.mkdir()


def nothing(_path: Path) -> None:
    """Makes no file."""


def dangling(path: Path) -> None:
    """Makes a link to itself."""
    path.symlink_to(path)


def bomb(data: bytes, times: int) -> Callable[[Path], object]:
    """Makes a small file that unpacks to a large one."""
    return lambda path: path.write_bytes(gzip.compress(data * times, 1, mtime=0))


def endless(path: Path) -> None:
    """Makes a file of zeroes that takes no room."""
    with path.open("wb") as file:
        file.truncate(300 * MIB)


def trace(old: bytes, new: bytes) -> Callable[[Path], object]:
    """Makes a trace in which something is otherwise."""

    def make(path: Path) -> None:
        good = originals(TRACE)[0]
        assert old in good
        path.write_bytes(good.replace(old, new, 1))

    return make


# fmt: off
BAD: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a missing scenario":              ("explore x.yaml", nothing),
    "a scenario that is a directory":  ("explore x.yaml", folder),
    "a link to itself":                ("explore x.yaml", dangling),
    "an empty scenario":               ("explore x.yaml", of(b"")),
    "a scenario without end":          ("explore x.yaml", endless),
    "a scenario that is a bomb":       ("explore x.yaml", bomb(b" " * MIB, 40)),
    "a scenario in Latin-1":           ("explore x.yaml", of(b"schema: 1\ntitle: \xe9\n")),
    "a scenario that is a recording":  ("explore x.yaml", of(FIRST)),
    "an unknown operation":            ("explore x.yaml", of(SCENARIO + b"      - signal_msii: {data: 1}\n")),
    "an unknown field":                ("explore x.yaml", of(SCENARIO + MSI + b"{dat: 1}\n")),
    "a huge number":                   ("explore x.yaml", of(SCENARIO + MSI + b"{data: 1000000000000000000000}\n")),
    "a list where a number is due":    ("explore x.yaml", of(SCENARIO + MSI + b"{data: [1]}\n")),
    "a missing recording":             ("conform x.jsonl", nothing),
    "a recording that is a directory": ("conform x.jsonl", folder),
    "an empty recording":              ("conform x.jsonl", of(b"")),
    "a recording without end":         ("conform x.jsonl", endless),
    "a recording that is a bomb":      ("conform x.jsonl", bomb(b"{" * MIB, 70)),
    "a recording of line ends":        ("conform x.jsonl", bomb(b"\n" * MIB, 60)),
    "a recording cut in its gzip":     ("conform x.jsonl", of(gzip.compress(FIRST, mtime=0)[:-9])),
    "a line cut in its middle":        ("conform x.jsonl", of(FIRST[:-10])),
    "a script cut before its results": ("conform x.jsonl", of(FIRST[:18])),
    "a line nested deep":              ("conform x.jsonl", of(FIRST + b"[" * 100_000)),
    "an operation there is not":       ("conform x.jsonl", of(FIRST + b'{"op": "creat_vcpu", "id": 0}\n')),
    "a constant there is not":         ("conform x.jsonl", of(FIRST + b'{"op": "create_device", "type": "vgic-v4"}\n')),
    "a number of 68 bits":             ("conform x.jsonl", of(FIRST + b'{"op":"run", "vcpu":"0x10000000000000000"}\n')),
    "a recording of scenarios":        ("conform x.jsonl", of(SCENARIO)),
    "a missing trace":                 ("replay x.jsonl", nothing),
    "a trace that is a directory":     ("replay x.jsonl", folder),
    "an empty trace":                  ("replay x.jsonl", of(b"")),
    "a trace without end":             ("replay x.jsonl", endless),
    "a trace that is a recording":     ("replay x.jsonl", of(FIRST)),
    "a trace of another version":      ("replay x.jsonl", trace(b'"version":2', b'"version":3')),
    "a trace of another aiovgic":      ("replay x.jsonl", trace(b'"package":"', b'"package":"9')),
    "a trace of another scenario":     ("replay x.jsonl", trace(b'"digest":"', b'"digest":"0')),
    "a trace of no scenario":          ("replay x.jsonl", trace(b'"text":"', b'"text":"x')),
    "a trace of a race in Python":     ("replay x.jsonl", trace(b'"language":"yaml"', b'"language":"python"')),
    "a trace with a layer inside":     ("replay x.jsonl", trace(b'"bugs":[]', LAYER_INSIDE)),
    "a trace with a bug there is not": ("replay x.jsonl", trace(b'"bugs":[]', b'"bugs":[{"name":"its","digest":"0"}]')),
    "a trace of another revision":     ("replay x.jsonl", trace(b'"revision":"its-v7"', b'"revision":"its-v8"')),
    "a trace with another schedule":   ("replay x.jsonl", trace(b'"schedule":"2>init"', b'"schedule":"2>inti"')),
    "a trace with no such event":      ("replay x.jsonl", trace(b'"kind":"step"', b'"kind":"stpe"')),
    "a trace with a word for a step":  ("replay x.jsonl", trace(b'"step":2,', b'"step":"two",')),
}
# fmt: on


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", BAD)
def test_what_is_said_about_a_bad_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(tmp_path)
    command, make = BAD[name]
    arguments = command.split()
    make(Path(arguments[-1]))
    code, out, err = ask(arguments)
    assert fault(code, out, err, arguments[-1]) is None
    assert code == 2
    assert err == snapshot


def test_a_report_is_not_lost_where_its_trace_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["replay", "addr-vs-init", "2>init", "--revision", "its-v7", "--trace"]
    assert run([*asked, "/dev/full"]) == 2
    said = capsys.readouterr()
    assert said.out.startswith("addr-vs-init  FAILED  expectation")
    assert said.err == "aiovgic: the trace is not written: /dev/full: No space left on device\n"
    assert run([*asked, "nowhere/x.jsonl"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "aiovgic: nowhere/x.jsonl: there is no such folder\n")


@pytest.mark.parametrize("name", ["x" * 5000, "a/\0.yaml", "\udcff.yaml", "a\nb\x1b[2J", "\u202egnp.yaml", ""])
def test_a_name_that_cannot_be_one_is_refused_in_one_line(name: str) -> None:
    verbs = ["explore", "replay"] if "\0" in name else ["explore", "replay", "conform"]
    for verb in verbs:
        code, out, err = ask([verb, name])
        assert fault(code, out, err, "") is None or len(name) == 5000
        assert code == 2
