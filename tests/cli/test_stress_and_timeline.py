"""stress, timeline and replay --until on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aiovgic.bugs.catalogue import catalogue
from aiovgic.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

WRONG = {
    "no such scenario": ["stress", "addr-vs-inti"],
    "no time": ["stress", "addr-vs-init", "--seconds", "0"],
    "endless time": ["stress", "addr-vs-init", "--seconds", "nan"],
    "time without end": ["stress", "addr-vs-init", "--seconds", "inf"],
    "no rounds": ["stress", "addr-vs-init", "--rounds", "0"],
    "chaos beyond reason": ["stress", "addr-vs-init", "--chaos", "1.1"],
    "a seed that is no number": ["stress", "addr-vs-init", "--seed", "x"],
    "no such revision": ["stress", "addr-vs-init", "--revision", "its-v8"],
    "a timeline of nothing": ["timeline", "missing.jsonl"],
    "a timeline of a scenario": ["timeline", "addr-vs-init"],
    "a timeline in no space": ["timeline", "missing.jsonl", "--width", "3"],
    "a state of no step": ["replay", "addr-vs-init", "", "--show", "vm"],
    "a step before the first": ["replay", "addr-vs-init", "", "--until", "-1"],
    "a step behind the end": ["replay", "addr-vs-init", "", "--until", "99"],
    "a thing that there is not": ["replay", "addr-vs-init", "", "--until", "3", "--show", "its1"],
    "a trace into a folder": ["explore", "addr-vs-init", "--trace", "."],
    "a trace that cannot be written": ["explore", "addr-vs-init", "--revision", "its-v7", "--trace", "no/where.jsonl"],
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_what_is_asked_wrongly_gets_one_line_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err == snapshot


@pytest.mark.parametrize("verb", ["stress", "timeline"])
def test_the_help(verb: str, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion) -> None:
    assert run([verb, "--help"]) == 0
    assert capsys.readouterr().out == snapshot


def test_stress_says_with_its_exit_code_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stress", "addr-vs-init", "--rounds", "20"]) == 0
    assert run(["stress", "addr-vs-init", "--rounds", "20", "--revision", "its-v7"]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("addr-vs-init  nothing found in 20 rounds") == 1
    assert said.out.count("addr-vs-init  FAILED  1 finding in 20 rounds") == 1


def test_stress_as_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stress", "msi-vs-init", "--rounds", "20", "--revision", "its-v7", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told) == [
        "verb",
        "scenario",
        "revision",
        "bugs",
        "seed",
        "chaos",
        "seconds",
        "rounds",
        "operations",
        "points",
        "balanced",
        "lpis",
        "unreached",
        "excused",
        "findings",
    ]
    [finding] = told["findings"]
    assert finding["explore"] == "aiovgic explore msi-vs-init --revision its-v7"
    assert (
        finding["replay"]
        == f"aiovgic stress msi-vs-init --seed {finding['at_execution'] - 1} --rounds 1 --revision its-v7"
    )
    assert told["lpis"]["sent"] == told["balanced"] == 20 - finding["rounds"]
    assert told["lpis"]["lost"] == {"its0 is off": told["balanced"]}


def test_explore_says_how_to_see_the_timeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "addr-vs-init", "--revision", "its-v7"]) == 1
    assert "\n  timeline  aiovgic timeline .aiovgic/addr-vs-init@its-v7/expectation-" in capsys.readouterr().out
    assert run(["explore", "addr-vs-init", "--revision", "its-v7", "--trace", "a b.jsonl"]) == 1
    assert "\n  timeline  aiovgic timeline 'a b.jsonl'\n  written  a b.jsonl\n" in capsys.readouterr().out
    assert run(["timeline", "a b.jsonl"]) == 0
    assert "\nFAILED  expectation: always, line 26: no device at 0x8080000" in capsys.readouterr().out
    assert run(["replay", "a b.jsonl"]) == 1


def test_a_timeline_names_the_bug_and_shows_the_value_after_each_change(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["explore", "msi-vs-discard", "--bug", "cache-hit-no-ref", "--trace", "t.jsonl"]
    assert run(asked) == 1
    capsys.readouterr()
    assert run(["timeline", "t.jsonl", "--full"]) == 0
    told = capsys.readouterr().out
    first, second, third = told.splitlines()[:3]
    assert first.startswith("msi-vs-discard  FAILED  use-after-free: irq8192.")
    assert second.startswith("  revision fixed with cache-hit-no-ref, schedule '")
    assert third == f"  cache-hit-no-ref: {catalogue()['cache-hit-no-ref'].title}"
    assert "! lpis.lpi_xa: {0x2000:irq8192} -> {}" in told
    assert "! irq8192.mapped = false" in told


def test_a_timeline_as_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "init-vs-init", "--revision", "its-v7", "--trace", "t.jsonl", "--json"]) == 1
    capsys.readouterr()
    assert run(["timeline", "t.jsonl", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verb"] == "timeline"
    assert told["finding"] == "list: registered-twice"
    assert told["tasks"] == ["first", "second"]
    assert {row["glyph"] for row in told["rows"]} <= set(told["legend"])


def test_a_state_is_told_behind_the_verdict_and_in_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["replay", "addr-vs-init", "2>init", "--revision", "its-v7", "--until", "9", "--show", "its:0"]
    assert run(arguments) == 1
    verdict, state = capsys.readouterr().out.split("State before step 9: ")
    assert verdict.startswith("addr-vs-init  FAILED")
    assert state.startswith("addr writes its0.vgic_its_base\n  its0          base=0xffffffffffffffff  enabled=false")
    assert run([*arguments, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["state"]
    assert list(told) == ["step", "next", "its"]
    assert told["its"]["its0"]["base"] == "0xffffffffffffffff"
