"""explore and replay: the first scenarios, found on v7 and clean on the base."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.shrink import Shrinker
from aiovgic.errors import DivergedError, NotOkError, UsageError
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay, replay_trace
from aiovgic.scenario.loader import find

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

V7 = {
    "addr-vs-init": "expectation",
    "init-vs-init": "list",
    "msi-vs-init": "expectation",
}
"""What goes wrong in each on its-v7."""

PYENV = Path.home() / ".pyenv" / "versions"


@pytest.mark.parametrize("name", V7)
def test_a_scenario_of_the_init_race_is_clean_on_the_base_and_completely_searched(name: str) -> None:
    result = explore(name)
    assert result.good, str(result)
    assert result.complete


@pytest.mark.parametrize("strategy", ["dfs", "random"])
@pytest.mark.parametrize(("name", "kind"), V7.items())
def test_a_scenario_of_the_init_race_is_found_on_v7(name: str, kind: str, strategy: str) -> None:
    result = explore(name, revision="its-v7", strategy=strategy, budget=200)
    assert result.finding is not None
    assert result.finding.kind == kind
    assert result.finding.switches <= 1


@pytest.mark.parametrize("name", V7)
def test_a_finding_is_told_whole(name: str, snapshot: SnapshotAssertion) -> None:
    result = explore(name, revision="its-v7")
    told = [line for line in str(result).splitlines() if not line.startswith("  revision")]
    assert "\n".join(told) == snapshot


@pytest.mark.parametrize("name", V7)
def test_the_replay_line_shows_the_same_finding_again(name: str) -> None:
    found = explore(name, revision="its-v7")
    assert found.finding is not None
    again = replay(name, found.finding.schedule, revision="its-v7")
    assert again.finding is not None
    assert again.finding.title == found.finding.title
    assert found.trace is not None
    assert again.trace.digest == found.trace.digest


def test_a_trace_file_is_replayed_and_compared(tmp_path: Path) -> None:
    found = explore("addr-vs-init", revision="its-v7")
    assert found.trace is not None
    path = tmp_path / "trace.jsonl"
    path.write_bytes(found.trace.encode())
    again = replay_trace(path)
    assert again.trace == found.trace


def test_a_trace_is_replayed_where_its_scenario_file_is_gone(tmp_path: Path) -> None:
    text = find("addr-vs-init").read_text(encoding="utf-8")
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(f"# mine\n{text}", encoding="utf-8")
    found = explore(scenario, revision="its-v7")
    scenario.unlink()
    assert found.trace is not None
    path = tmp_path / "trace.jsonl"
    path.write_bytes(found.trace.encode())
    again = replay_trace(path)
    assert again.finding is not None
    assert (again.scenario, again.trace.digest) == ("mine", found.trace.digest)
    assert again.finding.replay == f"aiovgic replay {path}"


def test_a_trace_of_another_scenario_text_is_refused_by_name(tmp_path: Path) -> None:
    found = explore("addr-vs-init", revision="its-v7")
    assert found.trace is not None
    path = tmp_path / "trace.jsonl"
    path.write_bytes(found.trace.encode().replace(found.trace.head.digest.encode(), b"0" * 16))
    said = r"the scenario inside the trace has digest \w{16}, its head says 0{16}: .* 'aiovgic timeline .* --source'"
    with pytest.raises(UsageError, match=said):
        replay_trace(path)


def test_a_trace_that_was_changed_diverges_with_the_first_difference(tmp_path: Path) -> None:
    found = explore("addr-vs-init", revision="its-v7")
    assert found.trace is not None
    path = tmp_path / "trace.jsonl"
    path.write_bytes(found.trace.encode().replace(b"vgic_its_base", b"vgic_its_bass", 1))
    with pytest.raises(DivergedError, match=r"line \d+ of the trace was .*bass.*; now it is .*base"):
        replay_trace(path)


def test_a_schedule_that_cannot_be_followed_is_asked_wrongly() -> None:
    with pytest.raises(UsageError, match="ended after 10 steps, before 99>init"):
        replay("addr-vs-init", "99>init", revision="its-v7")


def test_a_result_with_a_finding_is_not_ok() -> None:
    with pytest.raises(NotOkError, match="no device at"):
        explore("addr-vs-init", revision="its-v7").ok()


def test_random_says_that_its_budget_is_spent() -> None:
    result = explore("init-vs-init", strategy="random", budget=20)
    assert not result.complete
    assert "budget spent, not complete  20 executions" in str(result)


def test_the_same_seed_searches_the_same() -> None:
    first = explore("msi-vs-init", revision="its-v7", strategy="random", seed=11)
    second = explore("msi-vs-init", revision="its-v7", strategy="random", seed=11)
    assert first.findings == second.findings


DIGEST = """
from aiovgic.lab.explore import explore
result = explore("msi-vs-init", revision="its-v7", strategy="random", seed=3)
print(result.finding.at_execution, result.finding.schedule, result.trace.digest)
"""


def digest_of(python: str, hash_seed: str) -> str:
    """The digest of a finding's trace, in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([python, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True)
    return ran.stdout


def test_a_trace_is_the_same_bytes_in_other_processes_under_other_hash_seeds() -> None:
    digests = {digest_of(sys.executable, seed) for seed in ("0", "1", "random")}
    assert len(digests) == 1


def test_ctrl_c_in_the_shrinking_ends_the_search_and_keeps_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Shrinker] = []

    def leave_off(shrinker: Shrinker) -> None:
        begun.append(shrinker)
        raise KeyboardInterrupt

    monkeypatch.setattr(Shrinker, "leave_off", leave_off)
    result = explore("create-vs-create", bugs=["seed-create-unlocked"], budget=60)
    assert [finding.kind for finding in result.findings] == ["data-race"]
    assert result.interrupted
    assert not result.shown[0].proven
    assert len(begun) == 1


def test_a_search_that_goes_on_after_a_finding_says_how_far_it_went() -> None:
    whole = explore("init-vs-init", revision="its-v7", outcomes=True)
    assert f"\n  search: {whole.executions} executions, complete\n" in str(whole)
    short = explore("init-vs-init", revision="its-v7", outcomes=True, budget=1)
    assert "\n  search: budget spent, not complete, 1 execution\n" in str(short)
