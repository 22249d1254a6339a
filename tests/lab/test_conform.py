"""conform: what it counts, what it tells, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import NotOkError, UsageError
from aiovgic.lab.conform import conform
from aiovgic.scenario.shipped import recordings

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

HEAD = {"recorded": {"kernel": "6.12", "host_gic": 3}}
SCRIPT = {"script": "made/one", "about": "a VM and an ITS"}
CREATE_VM = {"op": "create_vm", "result": {"ret": 0, "errno": None}}
WRONG = {"op": "create_device", "type": "vgic-its", "result": {"ret": -1, "errno": "ENODEV"}}


def recording(folder: Path, *lines: object) -> Path:
    """A recording with these lines."""
    path = folder / "made.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_difference_is_told_with_the_state_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(tmp_path)
    recording(tmp_path, HEAD, SCRIPT, CREATE_VM, WRONG)
    result = conform([Path("made.jsonl")])
    assert result.report().rpartition("; on the trampoline")[0] == snapshot


def test_a_difference_is_told_as_data_too(tmp_path: Path) -> None:
    result = conform([recording(tmp_path, HEAD, SCRIPT, CREATE_VM, WRONG)])
    told = result.to_json()
    assert list(told) == [
        "verb",
        "revision",
        "scripts",
        "scripts_agree",
        "ops",
        "ops_agree",
        "seconds",
        "differences",
    ]
    assert (told["scripts"], told["scripts_agree"], told["ops"], told["ops_agree"]) == (1, 0, 2, 1)
    [difference] = told["differences"]
    assert difference["script"] == "made/one"
    assert difference["index"] == 1
    assert difference["op"] == {"op": "create_device", "type": "vgic-its"}
    assert difference["expected"] == {"ret": -1, "errno": "ENODEV"}
    assert difference["got"] == {"ret": 0, "errno": None, "dev": 0}
    json.dumps(told)


def test_a_result_that_differs_is_not_ok(tmp_path: Path) -> None:
    result = conform([recording(tmp_path, HEAD, SCRIPT, CREATE_VM, WRONG)])
    with pytest.raises(NotOkError, match="made/one"):
        result.ok()


def test_the_host_of_a_recording_decides_what_there_is(tmp_path: Path) -> None:
    head = {"recorded": {"kernel": "6.12", "host_gic": 2}}
    conform([recording(tmp_path, head, SCRIPT, CREATE_VM, WRONG)]).ok()


@pytest.mark.parametrize("live", [pytest.param(False, id="on the trampoline"), pytest.param(True, id="live")])
def test_the_jobs_change_nothing_but_the_time(live: bool) -> None:
    files = [path for path in recordings("v6.12") if path.name.startswith(("sgi", "gits"))]
    one = conform(files, jobs=1, live=live)
    two = conform(files, jobs=2, live=live)
    assert one.themes == two.themes
    assert one.good
    assert two.good


def test_a_file_without_results_is_refused(tmp_path: Path) -> None:
    path = recording(tmp_path, SCRIPT, {"op": "create_vm"})
    with pytest.raises(UsageError, match="has no results"):
        conform([path])


def test_a_revision_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no revision 'v6\.2'; did you mean 'v6\.1'\?"):
        conform(revision="v6.2")
