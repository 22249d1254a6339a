"""The timeline: one column a task, in any width, with nothing lost that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.lab.explore import explore
from aiovgic.record.trace import (
    End,
    FoundEvent,
    Head,
    OpEvent,
    ReadEvent,
    RefEvent,
    ReleaseEvent,
    StepEvent,
    WriteEvent,
    make_trace,
)
from aiovgic.report.timeline import Timeline
from tests.scenarios_for_reports import movi_trace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from aiovgic.record.trace import Event, Trace


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Timeline:
    """An execution of a hundred steps with two switches."""
    monkeypatch.chdir(tmp_path)
    return Timeline(movi_trace(tmp_path.relative_to(tmp_path)))


def made(
    *events: Event, finding: str = "", places: Sequence[tuple[str, str, str]] = (), tasks: Sequence[str] = ()
) -> Trace:
    """A trace of these events."""
    head = Head(
        version=1, package="1", scenario="made", digest="0", revision="fixed", schedule="2>b", tasks=tuple(tasks)
    )
    title = "something broke" if finding else ""
    return make_trace(head, events, End(steps=len(events), finding=finding, title=title, places=tuple(places)))


@pytest.mark.parametrize("width", [120, 80, 40])
def test_an_execution_is_told_in_any_width(moved: Timeline, width: int, snapshot: SnapshotAssertion) -> None:
    text = moved.text(width)
    assert max(map(len, text.splitlines())) <= width
    assert text.isascii()
    assert text == snapshot


def test_nothing_is_folded_when_everything_is_asked_for(moved: Timeline) -> None:
    table = moved.text(100, full=True).split("\n\n")[1].splitlines()[2:]
    assert len(table) >= len(moved.rows)
    assert not [line for line in table if " : " in line]


def test_a_finding_is_told_with_its_switch(snapshot: SnapshotAssertion) -> None:
    found = explore("addr-vs-init", revision="its-v7").trace
    assert found is not None
    assert Timeline(found).text(110) == snapshot


def test_places_are_marked_and_who_waits_for_ever_is_said(snapshot: SnapshotAssertion) -> None:
    trace = made(
        OpEvent(0, "a", "signal_msi", "msi device=2"),
        StepEvent(0, "a", "p.one", "lock"),
        StepEvent(1, "a", "p.word", "store 0x1"),
        StepEvent(2, "b", "p.two", "lock"),
        StepEvent(3, "b", "p.word", "load 0x1"),
        RefEvent(3, "b", "p", "freed"),
        finding="deadlock: wait-for-cycle",
        places=[("a", "p.two", "waits (lock)"), ("b", "p.one", "waits (lock)"), ("b", "p.word", "load")],
    )
    assert Timeline(trace).text(80) == snapshot


def test_of_a_race_the_two_accesses_are_marked_not_what_came_later() -> None:
    trace = made(
        WriteEvent(0, "a", "p.field"),
        WriteEvent(1, "a", "p.field"),
        ReadEvent(2, "b", "p.field"),
        WriteEvent(2, "b", "p.field"),
        WriteEvent(3, "a", "p.field"),
        finding="data-race: happens-before",
        places=[("b", "p.field", "write"), ("a", "p.field", "write")],
    )
    assert [(row.step, row.glyph) for row in Timeline(trace).rows if row.place] == [(1, "!"), (2, "!")]


def test_locks_that_are_held_are_said_while_others_run() -> None:
    trace = made(
        StepEvent(0, "a", "p.one", "lock"),
        StepEvent(1, "a", "p.rcu", "read-lock"),
        StepEvent(2, "b", "p.word", "store 0x1"),
        ReleaseEvent(3, "a", "p.rcu", "left"),
        ReleaseEvent(3, "a", "p.one", "released"),
        StepEvent(4, "b", "p.word", "store 0x2"),
        StepEvent(5, "a", "p.two", "trylock false"),
    )
    shown = Timeline(trace)
    assert [row.holds for row in shown.rows if row.task == "a"] == [("p.one",), ("p.one", "p.rcu"), ("p.one",), (), ()]
    lines = shown.text(60).splitlines()
    assert [line for line in lines if "| p.one" in line and "! p.word = 0x1" in line]
    assert not [line for line in lines if "|" in line and "! p.word = 0x2" in line]


def test_what_two_tasks_touch_is_never_folded() -> None:
    quiet = [StepEvent(step, "a", f"p.own{step}", "load 0x0") for step in range(10)]
    quiet[5] = StepEvent(5, "a", "p.word", "store 0x1")
    text = Timeline(made(*quiet, StepEvent(10, "b", "p.word", "load 0x1"))).text(80)
    assert "! p.word = 0x1" in text
    assert "? p.word = 0x1" in text
    assert ": 4 steps to 4" in text
    assert "own3" not in text


def test_a_run_of_one_task_takes_few_lines_however_long_it_is() -> None:
    steps = [StepEvent(step, "a", f"p.own{step}", "load 0x0") for step in range(500)]
    assert len(Timeline(made(*steps)).text(80).splitlines()) < 15


def test_tasks_stand_in_order_of_creation_whoever_comes_first() -> None:
    trace = made(StepEvent(0, "b", "p.word", "load 0"), StepEvent(1, "a", "p.word", "load 0"), tasks=["a", "b", "c"])
    assert Timeline(trace).tasks == ("a", "b")


def test_as_json_it_is_every_row_with_what_is_held(moved: Timeline) -> None:
    told = moved.to_json()
    assert told["tasks"] == ["mover", "nic"]
    assert [row["step"] for row in told["rows"] if row["switch"]] == [20, 30]
    points = [row for row in told["rows"] if row["point"]]
    assert [row["step"] for row in points] == list(range(told["steps"]))
    assert told["rows"][-1]["holds"] == []


UNLOCKED = """
from aiovgic.arch.gits import KVM_VGIC_V3_ITS_SIZE
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces


@replaces(Its)
class RegistersUnlocked(Its):
    async def ctrl_init(self) -> None:
        await self.vm.bus.register(await self.vgic_its_base.load(), KVM_VGIC_V3_ITS_SIZE, self)
"""


def test_every_finding_of_an_execution_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unlocked.py").write_text(UNLOCKED)
    result = explore("init-vs-init", bugs=["unlocked.py"])
    assert [finding.kind for finding in result.findings] == ["list", "lock-order", "lock-order"]
    for shown in result.shown:
        told = Timeline(shown.trace)
        last = told.text(120).split("FAILED  ")[-1]
        assert all(finding.title in last for finding in result.findings)
        assert [each["title"] for each in told.to_json()["also"]] == [each.title for each in result.findings[1:]]


def test_the_places_of_every_finding_are_marked() -> None:
    trace = made(
        StepEvent(0, "a", "p.one", "lock"),
        StepEvent(1, "b", "p.two", "lock"),
        FoundEvent(2, "a", "lock-order: not-held", "a does not hold p.two", (("a", "p.one", "lock"),)),
        finding="deadlock: wait-for-cycle",
        places=[("b", "p.two", "lock")],
    )
    assert [row.step for row in Timeline(trace).rows if row.place] == [0, 1]
