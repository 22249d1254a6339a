"""What KVM does on purpose is printed at the end of every report, and a finding if a search is strict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import aiovgic
from aiovgic.cli.main import cli
from aiovgic.lab.traces import keep

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """
schema: 1
title: An LPI becomes pending while the distributor is off
machine:
  vcpus: 1
  its: [{device: 2}]
  lpis: [{lpi: 8192, device: 2, event: 1}]
tasks:
  guest: {vcpu: 0, steps: [
    {mmio_write: {addr: 0x08000000, size: 4, value: 0x10}},
    {int: {device: 2, event: 1}},
    {mmio_write: {addr: 0x08000000, size: 4, value: 0x12}},
    wfi]}
"""

NAME = "unqueued-distributor-off"
LINES = ["  excused: 1", f"    {NAME}: KVM queues nothing while the distributor is off"]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scenario in which an interrupt stays unqueued."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "off.yaml").write_text(SCENARIO)
    return "off.yaml"


def ran(*words: str) -> tuple[int, str]:
    """The exit code of a command, and what it printed."""
    result = CliRunner().invoke(cli, words, standalone_mode=False)
    return result.return_value, result.output


@pytest.mark.parametrize(
    "words",
    [["explore"], ["run"], ["run", "--live"], ["replay", ""], ["stress", "--rounds", "2"]],
    ids=["explore", "run", "live", "replay", "stress"],
)
def test_every_verb_prints_the_excuses_that_it_used(path: str, words: list[str]) -> None:
    verb, *rest = words
    code, told = ran(verb, path, *rest)
    assert code == 0
    lines = told.splitlines()
    at = lines.index(LINES[0])
    assert lines[at + 1].startswith(LINES[1])
    _, printed = ran(verb, path, *rest, "--json")
    assert [each.split(":")[0] for each in json.loads(printed)["excused"]] == [NAME]


@pytest.mark.parametrize("words", [["explore"], ["run"], ["replay", ""]], ids=["explore", "run", "replay"])
def test_a_strict_verb_finds_what_is_excused_otherwise(path: str, words: list[str]) -> None:
    verb, *rest = words
    code, told = ran(verb, path, *rest, "--strict")
    assert code == 1
    assert "lost-interrupt" in told
    assert "excused" not in told


def test_strict_is_an_argument_in_python() -> None:
    async def off_and_on(cpu: aiovgic.Cpu) -> None:
        await cpu.mmio_write(0x08000000, 0x10, size=4)
        await cpu.mmio_write(0x08000000, 0x12, size=4)

    async def line(kvm: aiovgic.Kvm) -> None:
        await kvm.msi(device=2, event=1)

    machine = {"vcpus": 1, "its": [{"device": 2}], "lpis": [{"lpi": 8192, "device": 2, "event": 1}]}
    race = aiovgic.race({"guest": aiovgic.vcpu(0, off_and_on), "nic": line}, machine=machine)
    excused = aiovgic.explore(race)
    assert [each.split(":")[0] for each in excused.excused] == ["dist-enabled-oracle", NAME]
    strict = aiovgic.explore(race, strict=True)
    assert {each.kind for each in strict.findings} == {"data-race", "lost-interrupt"}
    assert all("strict=True" in each.replay for each in strict.findings)


def test_a_strict_finding_is_replayed_strictly_from_its_line_and_from_its_trace(path: str, tmp_path: Path) -> None:
    result = aiovgic.explore(path, strict=True)
    assert result.finding is not None
    assert result.finding.replay == "aiovgic replay off.yaml '' --strict"
    assert result.trace is not None
    keep(tmp_path / "off.jsonl", result.trace)
    code, told = ran("replay", "off.jsonl")
    assert code == 1
    assert "not-queued" in told
    refused = CliRunner().invoke(cli, ["replay", "off.jsonl", "--strict"], standalone_mode=False).exception
    assert str(refused) == "a trace says itself whether it is strict; leave --strict out"
