"""Traces: lines out, the same lines in, and the same bytes everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.record.trace import EVENTS, End, Event, Trace, decode, make_trace
from tests.record.traces import END, HEAD, example, of_sets

ROOT = Path(__file__).parents[2]

texts = st.text(st.characters(codec="utf-8"))
events = st.builds(
    lambda kind, step, task, what, detail: EVENTS[kind](step, task, what, detail),
    st.sampled_from(sorted(EVENTS)),
    st.integers(0, 2**63 - 1),
    texts,
    texts,
    texts,
)


def test_a_trace_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(example().encode())
    assert Trace.load(path) == example()


@given(happened=st.lists(events))
def test_whatever_happened_is_read_as_it_was_written(happened: list[Event]) -> None:
    trace = make_trace(HEAD, happened, END)
    assert decode(Path("t"), trace.encode()) == [HEAD, *happened, END]


@given(happened=st.lists(events))
def test_every_event_is_one_line(happened: list[Event]) -> None:
    raw = make_trace(HEAD, happened, END).encode()
    assert raw.count(b"\n") == len(raw.splitlines()) == len(happened) + 2


def test_a_line_is_json_that_says_its_kind() -> None:
    kinds = [json.loads(line)["kind"] for line in example().encode().splitlines()]
    assert kinds == ["head", *EVENTS, "end"]


def test_a_trace_without_a_last_newline_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(example().encode()[:-1])
    assert Trace.load(path) == example()


def test_a_trace_copied_through_another_system_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(example().encode().replace(b"\n", b"\r\n"))
    assert Trace.load(path).digest == example().digest


def test_what_a_newer_writer_adds_to_a_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(example().encode().replace(b'"kind":"step"', b'"colour":"red","kind":"step"'))
    assert Trace.load(path) == example()


def test_the_digest_does_not_depend_on_the_order_of_an_outcome() -> None:
    backwards = dict(reversed(END.outcome.items()))
    assert example(msgspec.structs.replace(END, outcome=backwards)).digest == example().digest


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            make_trace(msgspec.structs.replace(HEAD, revision="v6.1"), example().events, END), id="another head"
        ),
        pytest.param(make_trace(HEAD, example().events[1:], END), id="one event less"),
        pytest.param(make_trace(HEAD, example().events[::-1], END), id="another order"),
        pytest.param(example(End(steps=END.steps, outcome=END.outcome)), id="another end"),
    ],
)
def test_the_digest_is_of_the_whole(other: Trace) -> None:
    assert other.digest != example().digest


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_digest_is_the_same_in_every_process(seed: str) -> None:
    code = "from tests.record.traces import *; print(example().digest, of_sets().digest)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout.split() == [example().digest, of_sets().digest]


def test_a_trace_does_not_change() -> None:
    with pytest.raises(AttributeError):
        setattr(example().head, "seed", 8)  # noqa: B010  the checker knows better
