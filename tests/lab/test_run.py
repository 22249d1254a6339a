"""run: one execution, on either engine, with everything that can be seen at its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aiovgic.cli.main import run as command
from aiovgic.errors import NotOkError
from aiovgic.lab.run import run
from tests.scenario.texts import HEAD, parsed

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

TEXT = (
    f"{HEAD}machine: {{vcpus: 2, its: [{{device: 2}}], lpis: [{{lpi: 8192, device: 2, event: 1, vcpu: 1}}]}}\n"
    "tasks:\n"
    "  nic: {thread: nic, steps: [{msi: {device: 2, event: 1}, as: msi}, {msi: {device: 2, event: 9}, as: none}]}\n"
    "  guest: {vcpu: 1, steps: [{mmio_read: {addr: 0x08000008, size: 4}, as: iidr}]}\n"
    "always: {delivered: {8192: 1}}\n"
    "sometimes: {taken: {8192: vcpu1}}\n"
)
ENGINES = pytest.mark.parametrize("live", [pytest.param(False, id="in order"), pytest.param(True, id="live")])


@ENGINES
def test_a_run_is_told_whole(live: bool, snapshot: SnapshotAssertion) -> None:
    told = [
        line for line in str(run(parsed(TEXT), live=live)).splitlines() if not line.startswith(("  revision", "State"))
    ]
    assert "\n".join(told) == snapshot


@ENGINES
def test_both_engines_see_the_same(live: bool) -> None:
    result = run(parsed(TEXT), live=live)
    assert result.good
    assert result.results["msi"] == {"ret": 1, "errno": None}
    assert result.results["none"] == {"ret": 0, "errno": None}
    assert result.delivered == ((8192, "vcpu1"),)
    assert result.reached == ("taken: {8192: vcpu1}",)
    assert result.state.things["irqs"]["irq8192"]["latch"] is False
    assert (result.trace is None) == live
    json.dumps(result.to_json())


@ENGINES
def test_what_is_broken_is_told_with_the_outcome(live: bool) -> None:
    result = run("init-vs-init", live=live, revision="its-v7")
    assert result.finding is not None
    assert result.finding.kind == "list"
    assert bool(result.finding.replay) != live
    with pytest.raises(NotOkError, match="FAILED  list: its0 is on the bus 2 times"):
        result.ok()


def test_a_race_needs_more_than_one_run() -> None:
    assert run("addr-vs-init", revision="its-v7").good


@pytest.mark.usefixtures("tmp_path")
def test_the_command_has_exit_codes_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(["run", "init-vs-init"]) == 0
    assert capsys.readouterr().out.startswith(
        "init-vs-init  nothing found in one run\n  revision fixed, in default order, "
    )
    assert command(["run", "init-vs-init", "--revision", "its-v7", "--live", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told) == [
        "verb",
        "scenario",
        "revision",
        "bugs",
        "live",
        "steps",
        "seconds",
        "results",
        "delivered",
        "reached",
        "excused",
        "findings",
        "facts",
    ]
    assert not list(tmp_path.iterdir())
