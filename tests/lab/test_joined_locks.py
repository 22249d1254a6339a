"""A circle of locks that no single execution shows: its trace and its replay line show it again, whole."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.cli.main import run
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay, replay_trace
from aiovgic.record.trace import Trace

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

HEAD = """from aiovgic.model.its.its import Its
from aiovgic.sync import Guarded, LockField, replaces


@replaces(Its)
class Locked(Its):
    la = LockField()
    lb = LockField()
    lc = LockField()
    n = Guarded(0, by="la")

    async def ctrl_init(self) -> None:
"""
END = """        async with outer, inner:
            pass
        await super().ctrl_init()
"""
BY_ORDER = """        set_already = await self.vgic_its_base.load() == 0x08080000
        outer, inner = (self.la, self.lb) if set_already else (self.lb, self.la)
"""
"""Which lock is the outer one depends on which task comes first, so each execution shows one edge."""

BY_CHOICE = """        pairs = [(self.la, self.lb), (self.lb, self.lc), (self.lc, self.la)]
        outer, inner = pairs[await self.choose(3, "which")]
"""
"""One edge an execution, of a circle of three."""

BOTH = """        if await self.vgic_its_base.load() != 0x08080000:
            async with self.lb, self.la:
                pass
        outer, inner = self.la, self.lb
"""
"""One execution shows both edges, the default order shows one."""

BETWEEN = """        before = await self.vgic_its_base.load() == 0x08080000
        if not before and await self.vgic_its_base.load() == 0x08080000:
            async with self.lb, self.la:
                pass
            before = True
        outer, inner = (self.la, self.lb) if before else (self.lb, self.la)
"""
"""Two executions show an edge each; one that sets the address between two looks at it shows both."""

RACES = """        async with self.la, self.lb:
            pass
        async with self.lb, self.la:
            pass
        self.n = 1
        outer, inner = self.la, self.lb
"""
"""A data race behind a circle, on which an execution ends, unless it goes on."""

SAME = ("kind", "rule", "title", "saw", "places", "earlier", "schedule", "replay")
"""What replays of one schedule say, whether or not a trace names the search that found it."""

MAIN = "from aiovgic.cli.entry import main; main()"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def layer(body: str) -> str:
    """A file with the layer."""
    Path("locked.py").write_text(HEAD + body + END, encoding="utf-8")
    return "locked.py"


def aiovgic(*arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
    asked = [sys.executable, "-c", MAIN, *arguments]
    return subprocess.run(asked, env=known, capture_output=True, text=True, check=False)


def traces() -> list[Path]:
    """All traces there are."""
    return sorted(Path(".aiovgic").rglob("*.jsonl"))


@pytest.mark.parametrize(("body", "schedule"), [(BY_ORDER, "; 4>init"), (BY_CHOICE, "; 0=1 ; 0=2")])
@pytest.mark.parametrize("strategy", ["auto", "random", "pct"])
def test_any_search_finds_the_circle_with_the_same_schedules_of_several_executions(
    body: str, schedule: str, strategy: str
) -> None:
    found = explore("addr-vs-init", bugs=[layer(body)], strategy=strategy, seed=5)
    assert found.finding is not None
    assert (found.finding.rule, found.finding.schedule) == ("circular", schedule)
    executions = len(schedule.split(";"))
    assert {each.execution for each in found.finding.places} == set(range(1, executions + 1))


@pytest.mark.parametrize("body", [BY_ORDER, BY_CHOICE])
@pytest.mark.parametrize("options", [(), ("--outcomes",)], ids=["", "outcomes"])
def test_its_trace_and_its_replay_line_show_it_in_another_process(body: str, options: tuple[str, ...]) -> None:
    name = layer(body)
    assert aiovgic("explore", "addr-vs-init", "--bug", name, *options, "--json", seed="1").returncode == 1
    [path] = traces()
    by_trace = aiovgic("replay", str(path), "--bug", name, "--json", seed="2")
    assert (by_trace.returncode, by_trace.stderr) == (1, "")
    [finding] = json.loads(by_trace.stdout)["findings"]
    by_line = aiovgic(*shlex.split(finding["replay"])[1:], "--json", seed="3")
    assert by_line.returncode == 1
    [again] = json.loads(by_line.stdout)["findings"]
    assert [again[key] for key in SAME] == [finding[key] for key in SAME]
    assert finding["rule"] == "circular"


@pytest.mark.parametrize("shape", ["text", "lockdep"])
def test_the_report_says_which_execution_took_which_locks(
    shape: str, snapshot: SnapshotAssertion, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explore", "addr-vs-init", "--bug", layer(BY_CHOICE), "--format", shape]) == 1
    assert re.sub(r"\d+\.\d s$", "T s", capsys.readouterr().out, flags=re.MULTILINE) == snapshot


def test_the_timeline_shows_the_last_execution_and_says_so(
    snapshot: SnapshotAssertion, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explore("addr-vs-init", bugs=[layer(BY_ORDER)])
    assert found.trace is not None
    Path("trace.jsonl").write_bytes(found.trace.encode())
    assert run(["timeline", "trace.jsonl"]) == 0
    assert capsys.readouterr().out == snapshot


def test_the_schedules_are_made_smaller_and_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "addr-vs-init", "--bug", layer(BY_CHOICE), "--strategy", "random"]) == 1
    said = capsys.readouterr().out
    assert "  smaller schedule: 3 executions, which show the finding together (was 11)\n" in said
    [path] = traces()
    assert Trace.load(path).head.schedule == "; 0=1 ; 0=2"


def test_executions_that_are_not_needed_are_left_out() -> None:
    name = layer(BY_ORDER)
    again = replay("addr-vs-init", "2>init ; ; 4>init", bugs=[name])
    assert again.finding is not None
    assert again.finding.earlier == ("2>init", "")
    found = explore("addr-vs-init", bugs=[name], strategy="random", seed=2)
    assert found.finding is not None
    assert len(found.finding.earlier) == 1


def test_one_execution_that_shows_the_whole_circle_is_preferred() -> None:
    found = explore("addr-vs-init", bugs=[layer(BOTH)])
    assert found.finding is not None
    assert (found.finding.earlier, found.finding.schedule) == ((), "4>init")
    assert found.shown[0].proven


def test_one_execution_that_shows_the_whole_circle_is_looked_for_when_two_show_it() -> None:
    found = explore("addr-vs-init", bugs=[layer(BETWEEN)])
    assert found.finding is not None
    assert found.finding.at_execution == 2
    assert (found.finding.earlier, found.finding.schedule) == ((), "4>init 6>addr")


def test_what_is_found_behind_a_circle_is_replayed_with_outcomes(capsys: pytest.CaptureFixture[str]) -> None:
    name = layer(RACES)
    assert run(["explore", "init-vs-init", "--bug", name, "--outcomes", "--json", "--budget", "20"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    race = next(each for each in found if each["kind"] == "data-race")
    assert race["replay"].endswith(" --outcomes")
    assert run([*shlex.split(race["replay"])[1:], "--json"]) == 1
    again = json.loads(capsys.readouterr().out)["findings"]
    assert race["title"] in [each["title"] for each in again]
    for path in traces():
        assert replay_trace(path, bugs=[name]).finding is not None


def test_an_earlier_execution_that_cannot_be_followed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", "addr-vs-init", "99>init ; 4>init"]) == 2
    said = capsys.readouterr().err
    assert said == (
        "aiovgic: the schedule cannot be followed: execution 1: the execution ended after 10 steps, before 99>init\n"
    )
    assert run(["replay", "addr-vs-init", "4>int ; 4>init"]) == 2
    assert "step 4: there is no task 'int'" in capsys.readouterr().err
