"""replay --until: the state before a step, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import UsageError
from aiovgic.lab.replay import replay, replay_trace
from aiovgic.lab.subject import EXPLORED
from tests.scenarios_for_reports import SCHEDULE, movi, movi_trace

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from aiovgic.lab.state import State


WAITING = 40
"""A step at which the mover waits for the lock that the nic has."""


def state_at(folder: Path, step: int) -> State:
    """The state of the MOVI scenario before a step."""
    state = replay(movi(folder), SCHEDULE, until=step).state
    assert state is not None
    return state


def test_the_state_is_told_whole(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert re.sub(r"[.]py:[0-9]+", ".py:LINE", str(state_at(tmp_path, WAITING))) == snapshot
    assert str(state_at(tmp_path, movi_trace(tmp_path).end.steps)) == snapshot


def test_the_step_has_not_been_done_yet(tmp_path: Path) -> None:
    trace = movi_trace(tmp_path)
    step = next(event.step for event in trace.events if event.what == "its0.creadr" and "store" in event.detail)
    assert state_at(tmp_path, step).things["its"]["its0"]["creadr"] == "0x80"
    assert state_at(tmp_path, step + 1).things["its"]["its0"]["creadr"] == "0xa0"


def test_who_waits_says_for_whom(tmp_path: Path) -> None:
    tasks = state_at(tmp_path, WAITING).things["tasks"]
    assert tasks["mover"]["waits_for"] == ["nic"]
    assert tasks["mover"]["next"] == "takes its0.its_lock"
    assert tasks["nic"]["holds"] == ["its0.its_lock"]


def test_looking_changes_nothing(tmp_path: Path) -> None:
    plain = replay(movi(tmp_path), SCHEDULE).trace
    for step in (0, WAITING, plain.end.steps - 1, plain.end.steps):
        assert replay(movi(tmp_path), SCHEDULE, until=step).trace == plain


@pytest.mark.parametrize(
    ("word", "group", "names"),
    [
        ("irq:8192", "irqs", ["irq8192"]),
        ("irq8192", "irqs", ["irq8192"]),
        ("irq:27", "irqs", ["vcpu0.irq27", "vcpu1.irq27"]),
        ("vcpu:1", "vcpus", ["vcpu1"]),
        ("its0", "its", ["its0"]),
        ("task:nic", "tasks", ["nic"]),
    ],
)
def test_a_thing_goes_by_its_name_or_its_number(tmp_path: Path, word: str, group: str, names: list[str]) -> None:
    shown = state_at(tmp_path, 60).only([word]).things
    assert list(shown) == [group]
    assert list(shown[group]) == names


@pytest.mark.parametrize("word", ["irq:8193", "vcpu:7", "its:3", "task:nik", "its9", "bsu", "nothing like it"])
def test_a_wrong_name_gets_the_nearest(tmp_path: Path, word: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as caught:
        state_at(tmp_path, 60).only([word])
    assert str(caught.value) == snapshot


def test_a_step_behind_the_end_is_refused(tmp_path: Path) -> None:
    end = movi_trace(tmp_path).end.steps
    with pytest.raises(UsageError, match=f"has steps 0 to {end - 1}, and {end} is its end; there is no {end + 1}"):
        state_at(tmp_path, end + 1)


def test_an_execution_that_broke_shows_where_everybody_stands() -> None:
    whole = replay("addr-vs-init", "2>init", revision="its-v7")
    state = replay("addr-vs-init", "2>init", revision="its-v7", until=whole.trace.end.steps).state
    assert state is not None
    assert state.runs == ""
    assert {task["next"] for task in state.things["tasks"].values()} == {None}


def test_a_trace_file_has_states_too(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(movi_trace(tmp_path).encode())
    result = replay_trace(path, until=WAITING)
    assert result.revision == EXPLORED
    assert str(result.state) == str(state_at(tmp_path, WAITING))
    assert result.to_json()["state"]["step"] == WAITING
