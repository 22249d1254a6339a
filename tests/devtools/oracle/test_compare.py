"""Comparing recordings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import ScenarioError
from devtools.oracle.compare import compare

if TYPE_CHECKING:
    from pathlib import Path


def recording(path: Path, *returned: int, script: str = "a", name: str = "run") -> Path:
    """A recording of one script whose operations returned this."""
    lines = [{"script": script}] + [{"op": name, "vcpu": 0, "result": {"ret": ret, "errno": None}} for ret in returned]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_equal_recordings_do_not_differ(tmp_path: Path) -> None:
    found = compare(recording(tmp_path / "a", 0, 1), recording(tmp_path / "b", 0, 1))
    assert list(found.report(whole=False)) == ["0 of 1 scripts differ, 0 of 2 operations"]


def test_the_first_difference_of_a_script_is_shown_and_all_are_counted(tmp_path: Path) -> None:
    found = compare(recording(tmp_path / "a", 0, 1, 2), recording(tmp_path / "b", 0, 5, 6))
    assert list(found.report(whole=False)) == [
        "a op 2: run vcpu=0",
        '    a: {"ret": 1, "errno": null}',
        '    b: {"ret": 5, "errno": null}',
        "1 of 1 scripts differ, 2 of 3 operations",
        "    run: 2",
    ]


def test_every_difference_is_shown_on_request(tmp_path: Path) -> None:
    found = compare(recording(tmp_path / "a", 1, 2), recording(tmp_path / "b", 5, 6))
    assert [line for line in found.report(whole=True) if " op " in line] == ["a op 1: run vcpu=0", "a op 2: run vcpu=0"]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"script": "b"}, "b:1: is script b; the other recording has a"),
        ({"name": "wfi"}, "b:1: script a has other operations there"),
    ],
    ids=["script", "operation"],
)
def test_recordings_of_different_scripts_are_refused(tmp_path: Path, other: dict[str, str], why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        compare(recording(tmp_path / "a", 0), recording(tmp_path / "b", 0, **other))
