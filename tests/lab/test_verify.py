"""bugs --verify: a finding without a planted bug is told when it is made, and its trace is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replaced

from aiovgic.bugs.catalogue import catalogue
from aiovgic.lab import verify as lab
from aiovgic.lab.explore import ExploreResult, explore
from aiovgic.lab.replay import replay_trace

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    import pytest

ALWAYS_WRONG = """\
schema: 1
title: What no machine answers
machine: {its: [{device: 2}]}
tasks:
  nic: {thread: t, steps: [{signal_msi: {address: 1, data: 1}, as: msi}]}
always:
  results: {msi: {errno: EBUSY}}
"""


def test_a_finding_without_the_bug_is_told_at_once_with_its_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = tmp_path / "wrong.yaml"
    scenario.write_text(ALWAYS_WRONG, encoding="utf-8")
    bug = replace(catalogue()["cache-after-off"], scenario=str(scenario))
    monkeypatch.setattr(lab, "catalogue", lambda: {bug.id: bug})
    said: list[str] = []
    result = lab.verify(quick=True, heard=said.append)
    [checked] = result.checked
    [line] = said
    path = line.rpartition("; written ")[2]
    assert not checked.clean
    assert result.unexpected == (line,)
    assert line.startswith(f"{scenario} on fixed: expectation: msi is ")
    assert path.startswith(".aiovgic/wrong@fixed/expectation-")
    assert replay_trace(path).finding is not None


def test_a_check_that_is_interrupted_after_a_finding_without_a_bug_is_not_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = tmp_path / "wrong.yaml"
    scenario.write_text(ALWAYS_WRONG, encoding="utf-8")
    bug = replace(catalogue()["cache-after-off"], scenario=str(scenario))
    monkeypatch.setattr(lab, "catalogue", lambda: {bug.id: bug})

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    result = lab.verify(quick=True, heard=interrupt)
    assert (result.interrupted, result.good) == (True, False)
    assert str(result).endswith("\ninterrupted: 0 of 1 bugs were checked")


def test_the_strategy_is_that_of_the_finding_that_shows_the_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def explore_with_a_race_before(scenario: str, **options: Any) -> ExploreResult:
        result = explore(scenario, **options)
        race = [replaced(each, kind="data-race", strategy="dpor", at_execution=1) for each in result.findings]
        return replace(result, findings=(*race, *result.findings), in_words="dpor")

    bug = catalogue()["cache-hit-no-ref"]
    monkeypatch.setattr(lab, "catalogue", lambda: {bug.id: bug})
    monkeypatch.setattr(lab, "explore", explore_with_a_race_before)
    [checked] = lab.verify(quick=True).checked
    assert checked.kinds == ("data-race", "use-after-free")
    assert checked.strategy == "preemptions <= 1"
    assert checked.at_execution > 1
