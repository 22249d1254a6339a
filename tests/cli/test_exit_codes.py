"""Exit codes of explore: budget spent is 0 unless completeness is required; a refused set-up is 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.cli.main import run

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SPENT = ["explore", "init-vs-init", "--strategy", "random", "--budget", "1"]
REFUSED = """\
schema: 1
title: A second vGIC
machine:
  setup:
    - create_device: {type: vgic-v3}
tasks:
  nic: {thread: t, steps: [{signal_msi: {address: 1, data: 1}}]}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("second.yaml").write_text(REFUSED, encoding="utf-8")


def test_a_spent_budget_is_exit_code_0_and_says_not_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(SPENT) == 0
    assert "  budget spent, not complete  1 execution  (" in capsys.readouterr().out


@pytest.mark.parametrize("json_too", [[], ["--json"]])
def test_require_complete_makes_it_1(json_too: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SPENT, "--require-complete", *json_too]) == 1
    said = capsys.readouterr().out
    if json_too:
        assert json.loads(said)["complete"] is False
    else:
        assert said.endswith("  --require-complete: the search is not complete, so the exit code is 1\n")


def test_require_complete_lets_a_complete_search_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "init-vs-init", "--require-complete"]) == 0
    assert "require" not in capsys.readouterr().out


@pytest.mark.parametrize("verb", [["explore"], ["run"], ["run", "--live"], ["replay", "--json"], ["explore", "--json"]])
def test_a_set_up_that_the_revision_refuses_is_exit_code_1(
    verb: list[str], capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    schedule = [""] if verb[0] == "replay" else []
    assert run([verb[0], "second.yaml", *schedule, *verb[1:]]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out == snapshot
