"""Files that are no trace: one line that says where and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import ScenarioError
from aiovgic.record import trace as traces
from aiovgic.record.trace import Trace
from tests.record.traces import example

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = example().encode()
HEAD, *EVENTS, END = WHOLE.splitlines(keepends=True)
BODY = b"".join(EVENTS)
LAST = len(EVENTS) + 2

NO_HEAD = "is no trace: the first line is not its head"
WRONG_HEAD = "is the head of a trace, but wrong: "
RECORDING = "is a recording, which 'aiovgic conform' plays, and no trace"
NO_END = "is cut off: the last line is not its end"
SECOND = "is a second head or end"
NO_LINE = "is no line of a trace: "


def error_of(path: Path) -> ScenarioError:
    """What loading this file raises; always one line that begins with the file."""
    with pytest.raises(ScenarioError) as caught:
        Trace.load(path)
    error = caught.value
    assert len(str(error).splitlines()) == 1
    assert str(error) == f"{error.place}: {error.why}"
    assert error.place.startswith(str(path))
    assert error.__cause__ is None
    return error


@pytest.mark.parametrize(
    ("raw", "line", "why"),
    [
        pytest.param(b"\n", 1, NO_HEAD, id="a blank line"),
        pytest.param(bytes(range(256)), 1, NO_HEAD, id="binary garbage"),
        pytest.param(b"\x1f\x8b\x08\x00" + bytes(60), 1, NO_HEAD, id="something gzipped"),
        pytest.param(b"\xef\xbb\xbf" + WHOLE, 1, NO_HEAD, id="a byte order mark"),
        pytest.param(b"schema: 1\ntitle: A scenario\n", 1, NO_HEAD, id="a scenario"),
        pytest.param(b"[]\n" + WHOLE, 1, NO_HEAD, id="JSON of another shape"),
        pytest.param(b"{}\n" + WHOLE, 1, NO_HEAD, id="an object without a kind"),
        pytest.param(BODY + END, 1, NO_HEAD, id="no head"),
        pytest.param(EVENTS[0] + HEAD + END, 1, NO_HEAD, id="a head that is late"),
        pytest.param(END + BODY + HEAD, 1, NO_HEAD, id="upside down"),
        pytest.param(HEAD.replace(b'"scenario"', b'"scenery"') + END, 1, WRONG_HEAD, id="a head without its scenario"),
        pytest.param(b'{"script": "a/b"}\n', 1, RECORDING, id="a recording"),
        pytest.param(HEAD, 1, NO_END, id="a head alone"),
        pytest.param(HEAD + BODY, LAST - 1, NO_END, id="no end"),
        pytest.param(HEAD + HEAD + END, 2, SECOND, id="a second head"),
        pytest.param(HEAD + BODY + END + END, LAST, SECOND, id="a second end"),
        pytest.param(WHOLE + WHOLE, LAST, SECOND, id="a second trace"),
        pytest.param(WHOLE[:-10], LAST, NO_LINE, id="an end cut short"),
        pytest.param(HEAD + EVENTS[0][:-5] + b"\n" + END, 2, NO_LINE, id="an event cut short"),
        pytest.param(HEAD + b"\n" + END, 2, NO_LINE, id="a blank line inside"),
        pytest.param(HEAD + b"\x80\xff\n" + END, 2, NO_LINE, id="binary garbage inside"),
        pytest.param(HEAD + b'{"kind":"step","step":0,"task":"\xff"}\n' + END, 2, NO_LINE, id="a string not in UTF-8"),
        pytest.param(HEAD + b'{"kind":"step","step":0,"task":"\\ud800"}\n' + END, 2, NO_LINE, id="half a character"),
        pytest.param(HEAD + b'{"kind":"leap","step":0,"task":"a"}\n' + END, 2, NO_LINE, id="an unknown kind"),
        pytest.param(HEAD + b'{"kind":"step","task":"a"}\n' + END, 2, NO_LINE, id="an event without a step"),
        pytest.param(HEAD + b'{"kind":"step","step":"a","task":"a"}\n' + END, 2, NO_LINE, id="a step that is a word"),
        pytest.param(HEAD + b'{"kind":"step","step":%s,"task":"a"}\n' % (b"1" * 5000), 2, NO_LINE, id="a huge number"),
        pytest.param(HEAD + b'{"kind":"end","steps":1,"outcome":{"a":' + b"[" * 100_000, 2, NO_LINE, id="a deep nest"),
    ],
)
def test_a_mangled_trace_is_refused_with_its_line(tmp_path: Path, raw: bytes, line: int, why: str) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(raw)
    error = error_of(path)
    assert error.place == f"{path}:{line}"
    assert error.why.startswith(why)


def test_a_trace_of_another_version_is_refused_by_number(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(WHOLE.replace(b'"version":2', b'"version":3'))
    error = error_of(path)
    assert error.place == f"{path}:1"
    assert error.why == "is a trace of version 3; this is version 2"


def test_an_empty_file_is_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.touch()
    assert error_of(path).why == "is empty, no trace"


def test_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    assert error_of(tmp_path / "trace.jsonl").why == "cannot be read: No such file or directory"


def test_a_directory_cannot_be_read(tmp_path: Path) -> None:
    assert error_of(tmp_path).why == "cannot be read: Is a directory"


def test_a_file_in_a_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.touch()
    assert error_of(path / "trace.jsonl").why == "cannot be read: Not a directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(WHOLE)
    path.chmod(0)
    assert error_of(path).why == "cannot be read: Permission denied"


def test_a_file_that_is_too_long_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(WHOLE)
    monkeypatch.setattr(traces, "MAX_TRACE_BYTES", len(WHOLE) - 1)
    assert error_of(path).why == f"is longer than {len(WHOLE) - 1} bytes"
    monkeypatch.setattr(traces, "MAX_TRACE_BYTES", len(WHOLE))
    assert Trace.load(path) == example()
