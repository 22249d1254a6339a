"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import BashComplete

from aiovgic.bugs.catalogue import catalogue, figures
from aiovgic.cli.main import cli, run

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

WRONG = {
    "no such verb": ["explor"],
    "a verb unlike any": ["frobnicate"],
    "no such option": ["explore", "addr-vs-init", "--sed", "1"],
    "a run of nothing": ["run", "addr-vs-initt"],
    "no such scenario": ["explore", "addr-vs-inti"],
    "a missing file": ["explore", "nowhere/some.yaml"],
    "no such revision": ["explore", "addr-vs-init", "--revision", "its-v8"],
    "no such strategy": ["explore", "addr-vs-init", "--strategy", "rnadom"],
    "a budget of nothing": ["explore", "addr-vs-init", "--budget", "0"],
    "no scenario at all": ["explore"],
    "a schedule that is none": ["replay", "addr-vs-init", "2:init"],
    "a trace that is missing": ["replay", "missing.jsonl"],
    "a recording that is missing": ["conform", "missing.jsonl.gz"],
    "no such bug": ["explore", "addr-vs-init", "--bug", "cache-after-of"],
    "a bug unlike any": ["explore", "addr-vs-init", "--bug", "xyzzy"],
    "a what-if that is missing": ["explore", "addr-vs-init", "--bug", "missing.py"],
    "a bug over a trace": ["replay", "trace.jsonl", "--bug", "cache-after-off"],
    "a list of nothing": ["list", "scenario"],
    "no jobs": ["conform", "--jobs", "0"],
    "jobs for a list": ["bugs", "--jobs", "2"],
    "a quick list": ["bugs", "--quick"],
    "a budget in words": ["explore", "addr-vs-init", "--budget", "x"],
    "no seconds": ["explore", "addr-vs-init", "--seconds", "0"],
    "the first finding, and all outcomes": ["explore", "addr-vs-init", "--stop-at-first", "--outcomes"],
    "half a budget": ["explore", "addr-vs-init", "--budget", "1.5"],
    "a seed below all": ["explore", "addr-vs-init", "--seed", "-5"],
    "a seed that no trace has room for": ["explore", "addr-vs-init", "--seed", "9" * 30],
    "a depth without end": ["explore", "addr-vs-init", "--strategy", "pct", "--depth", "99999999999"],
    "a shape unlike any": ["explore", "addr-vs-init", "--format", "kcsam"],
    "an option without its value": ["explore", "addr-vs-init", "--format"],
    "a flag with a value": ["explore", "addr-vs-init", "--json=yes"],
    "a word too many": ["explore", "addr-vs-init", "extra"],
    "no such option of all": ["--nope"],
    "a kernel that comes after one": ["explore", "addr-vs-init", "--revision", "v6.13"],
    "a kernel with its stable number": ["explore", "addr-vs-init", "--revision", "6.1.170"],
    "a kernel between two": ["explore", "addr-vs-init", "--revision", "v5.10"],
    "a strategy in capitals": ["explore", "addr-vs-init", "--strategy", "DPOR"],
    "a scenario in capitals": ["explore", "ADDR-VS-INIT"],
    "a scenario without a name": ["explore", ""],
    "a shipped scenario as a file": ["explore", "addr-vs-init.yaml"],
    "a step behind the end": ["replay", "addr-vs-init", "99>init"],
    "a choice that there is not": ["replay", "addr-vs-init", "7=1"],
}

SECTIONS = ("scenarios", "revisions", "bugs", "operations")


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


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_as_json_it_is_one_object_too(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--json", *arguments] if arguments[0][0] == "-" else [*arguments, "--json"]) == 2
    said = capsys.readouterr()
    assert said.err == f"aiovgic: {json.loads(said.out)['error']}\n"
    assert json.loads(said.out)["exit_code"] == 2


@pytest.mark.parametrize("verb", ["", "run", "explore", "replay", "conform", "bugs", "list", "schema"])
def test_the_help_of_every_verb(verb: str, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion) -> None:
    assert run([*verb.split(), "--help"]) == 0
    assert capsys.readouterr().out == snapshot


def test_a_finding_is_exit_code_1_and_leaves_its_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "addr-vs-init", "--revision", "its-v7"]) == 1
    said = capsys.readouterr()
    assert "addr-vs-init  FAILED  expectation" in said.out
    assert said.err == ""
    [trace] = (tmp_path / ".aiovgic" / "addr-vs-init@its-v7").iterdir()
    assert f"  timeline  aiovgic timeline {trace.relative_to(tmp_path)}\n" in said.out
    assert run(["replay", str(trace)]) == 1


def test_a_clean_search_is_exit_code_0_and_one_honest_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "addr-vs-init"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("addr-vs-init  ok  1 execution, complete  (revision fixed, dpor, ")
    assert said.count("\n") == 1


def test_a_trace_that_is_not_repeated_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", "addr-vs-init", "", "--trace", "t.jsonl"]) == 0
    trace = tmp_path / "t.jsonl"
    trace.write_text(trace.read_text(encoding="utf-8").replace("vm_dead", "vm_dad"), encoding="utf-8")
    capsys.readouterr()
    assert run(["replay", "t.jsonl"]) == 3
    assert capsys.readouterr().err.startswith("aiovgic: diverged: line 4 of the trace was ")


def test_explore_as_json_is_one_object_with_its_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "addr-vs-init", "--revision", "its-v7", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told) == [
        "verb",
        "scenario",
        "revision",
        "bugs",
        "strategy",
        "in_words",
        "seed",
        "executions",
        "complete",
        "seconds",
        "by_strategy",
        "not_covered",
        "excused",
        "findings",
        "traces",
    ]
    [finding] = told["findings"]
    assert finding["kind"] == "expectation"
    assert finding["replay"] == "aiovgic replay addr-vs-init '2>init' --revision its-v7"


def test_replay_as_json_has_the_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", "addr-vs-init", "2>init", "--revision", "its-v7", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verb"] == "replay"
    assert len(told["digest"]) == 64


def test_replay_writes_the_trace_where_it_is_told(tmp_path: Path) -> None:
    assert run(["replay", "addr-vs-init", "", "--trace", "here.jsonl"]) == 0
    assert run(["replay", "here.jsonl"]) == 0
    assert (tmp_path / "here.jsonl").read_text(encoding="utf-8").startswith('{"kind":"head"')


def test_conform_as_json_is_one_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = [
        {"script": "made/one"},
        {"op": "create_vm", "result": {"ret": 0, "errno": None}},
    ]
    path = tmp_path / "made.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert run(["conform", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told | {"seconds": 0} == {
        "verb": "conform",
        "revision": "v6.12",
        "scripts": 1,
        "scripts_agree": 1,
        "ops": 1,
        "ops_agree": 1,
        "seconds": 0,
        "differences": [],
    }


def test_bugs_as_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bugs", "--json"]) == 0
    [bug] = [bug for bug in json.loads(capsys.readouterr().out)["bugs"] if bug["id"] == "lpi-release-vs-readd"]
    assert list(bug) == ["id", "base", "kinds", "commit", "cve", "scenario", "title", "story"]
    assert (bug["base"], bug["commit"], bug["cve"]) == ("fixed", "292e80a159aa", "CVE-2026-74568")


def test_bugs_are_listed_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bugs"]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("its-clear-unlocked ")]
    assert line.split()[1:4] == ["fixed", "-", "-"]
    assert line.endswith("  data-race, lost-interrupt, expectation")


def test_the_list_of_bugs_ends_with_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bugs"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert run(["bugs", "--json"]) == 0
    known = json.loads(capsys.readouterr().out)
    assert last == str(figures(catalogue().values()))
    assert known["figures"] == figures(catalogue().values())._asdict()
    assert known["figures"]["entries"] == len(known["bugs"])


def test_everything_there_is_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"]) == 0
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line and line[0] != " "] == [*SECTIONS]
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "init-vs-init However often an ITS is initialised, it is on the bus once" in lines
    assert "its-clear-unlocked the ITS command CLEAR changes an interrupt without its lock" in lines
    assert "movi MOVI: send an event to another collection (device, event, its, to)" in lines


@pytest.mark.parametrize("section", SECTIONS)
def test_one_section_is_listed_alone_and_as_data(section: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", section, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == [section]
    assert all(each["name"] and each["about"] for each in told[section])


def test_operations_are_listed_with_their_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "operations", "--json"]) == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)["operations"]}
    assert found["movi"]["fields"] == ["device", "event", "its", "to"]
    assert (found["movi"]["guest"], found["signal_msi"]["guest"]) == (True, False)


def test_the_schema_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    plain = capsys.readouterr().out
    assert json.loads(plain)["title"] == "aiovgic scenario, schema 1"
    assert run(["schema", "--json"]) == 0
    assert capsys.readouterr().out == plain


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("rep", ["replay"], id="a verb"),
        pytest.param("explore addr", ["addr-vs-init"], id="a scenario"),
        pytest.param("explore addr-vs-init --see", ["--seed"], id="an option"),
        pytest.param("explore addr-vs-init --revision its", ["its-v7"], id="a revision"),
        pytest.param("explore addr-vs-init --bug its-c", ["its-clear-unlocked"], id="a bug"),
        pytest.param("explore addr-vs-init --strategy r", ["random"], id="a strategy"),
        pytest.param("list rev", ["revisions"], id="a section"),
    ],
)
def test_words_are_completed(
    words: str, expected: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_AIOVGIC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"aiovgic {words}")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split())))
    with pytest.raises(SystemExit):
        run([])
    offered = [line.partition(",")[2] for line in capsys.readouterr().out.splitlines() if line.startswith("plain,")]
    assert set(expected) <= set(offered)
    assert all(each.startswith(words.rsplit(maxsplit=1)[-1]) for each in offered)


def test_a_scenario_is_completed_with_the_shipped_names_and_with_files() -> None:
    completed = BashComplete(cli, {}, "aiovgic", "_AIOVGIC_COMPLETE").get_completions(["explore"], "addr-vs-a")
    assert [(each.type, each.value) for each in completed] == [("plain", "addr-vs-addr"), ("file", "addr-vs-a")]
