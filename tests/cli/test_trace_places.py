"""Traces lie where they are not replaced without a word, and an error about one says what to do next."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from aiovgic.cli.main import run
from aiovgic.lab.replay import replay_trace
from aiovgic.lab.traces import place_of
from aiovgic.record.trace import Trace
from aiovgic.scenario.loader import find
from tests.record.traces import example

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

LAYER = """from aiovgic.model.its.its import Its
from aiovgic.sync import replaces


@replaces(Its)
class Mine(Its):
    async def ctrl_init(self) -> None:
        assert self.vm is None, "{}"
"""
"""Breaks in every execution, with a message."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def kept() -> list[Path]:
    """All traces there are."""
    return sorted(Path(".aiovgic").rglob("*.jsonl"))


def written(path: str, text: str) -> str:
    """A file with this text, in a folder that is made."""
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    return path


def test_two_files_of_layers_with_one_name_have_a_folder_each() -> None:
    one, two = written("one/mine.py", LAYER.format("one")), written("two/mine.py", LAYER.format("two"))
    for layer in (one, two, one, two):
        assert run(["explore", "addr-vs-init", "--bug", layer]) == 1
    first, second = kept()
    assert first.parent.name == "addr-vs-init@fixed+mine"
    assert re.fullmatch(r"addr-vs-init@fixed\+mine-[0-9a-f]{8}", second.parent.name)
    assert first.name == second.name
    for layer, trace in ((one, first), (two, second)):
        assert replay_trace(trace, bugs=[layer]).finding is not None


def test_one_layer_under_two_paths_and_with_other_comments_has_one_trace() -> None:
    for path, text in (("one/mine.py", LAYER), ("two/mine.py", f"# mine\n{LAYER}")):
        assert run(["explore", "addr-vs-init", "--bug", written(path, text.format("same"))]) == 1
    assert len(kept()) == 1


def test_two_scenario_files_with_one_name_have_a_folder_each_beside_the_shipped_one() -> None:
    text = find("addr-vs-init").read_text(encoding="utf-8")
    one = written("one/addr-vs-init.yaml", text.replace("title: ", "title: My ").replace("vcpus: 1", "vcpus: 2"))
    assert run(["explore", "addr-vs-init", "--revision", "its-v7"]) == 1
    other = find("init-vs-init").read_text(encoding="utf-8")
    for scenario in (one, written("two/addr-vs-init.yaml", other), one):
        assert run(["explore", scenario, "--revision", "its-v7"]) == 1
    folders = sorted({path.parent.name for path in kept()})
    assert folders[0] == "addr-vs-init@its-v7"
    assert len(folders) == 3
    assert all(replay_trace(path).finding is not None for path in kept())


def test_a_trace_that_is_strict_does_not_replace_one_that_is_not() -> None:
    trace = example()
    for head in (trace.head, structs.replace(trace.head, strict=True)):
        path = place_of(structs.replace(trace, head=head), "list")
        path.parent.mkdir(parents=True)
        path.write_bytes(structs.replace(trace, head=head).encode())
    assert [Trace.load(path).head.strict for path in kept()] == [False, True]


def test_two_tests_whose_node_ids_make_one_name_have_a_folder_each() -> None:
    trace = example()
    for name in ("test_it.py::test_it[a/b]", "test_it.py::test_it[a b]", "test_it.py::test_it[a/b]"):
        named = structs.replace(trace, head=structs.replace(trace.head, scenario=name))
        path = place_of(named, "list")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(named.encode())
    assert len(kept()) == 2


def test_a_file_that_is_no_trace_owns_no_folder() -> None:
    plain = place_of(example(), "list")
    written(str(Path(".aiovgic") / "x"), "")
    plain.parent.mkdir()
    plain.with_name("a.jsonl").write_text("{}\n", encoding="utf-8")
    assert place_of(example(), "list") == plain


def test_every_trace_that_is_named_last_is_there_and_the_first_is_said_to_be_replaced(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explore", "addr-vs-init", "--revision", "its-v7", "--strategy", "urw"]) == 1
    said = capsys.readouterr().out
    first, last = re.findall(r"  written  (\S+jsonl)", said)
    assert f"  written  {first}\n  shrinking: if a smaller schedule is found, its trace replaces this file\n" in said
    assert f"  written  {last}, in place of {Path(first).name}\n" in said
    assert kept() == [Path(last)]
    assert run(["timeline", first]) == 2
    assert capsys.readouterr().err.endswith(f"cannot be read: No such file or directory; there are {last}\n")


@pytest.mark.parametrize("strategy", ["dpor", "urw"])
def test_a_trace_that_goes_where_trace_says_stays_there(strategy: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["explore", "addr-vs-init", "--revision", "its-v7", "--strategy", strategy, "--trace", "here.jsonl"]
    assert run(asked) == 1
    assert "replaces" not in capsys.readouterr().out
    assert replay_trace("here.jsonl").finding is not None


def edited(**fields: object) -> str:
    """A trace of a finding whose head was edited."""
    lines = Path("found.jsonl").read_text(encoding="utf-8").splitlines()
    head = {**json.loads(lines[0]), **fields}
    return written("edited.jsonl", "\n".join([json.dumps(head), *lines[1:]]) + "\n")


WRONG = {
    "a digest": ({"digest": "0" * 16}, ["replay"], 2),
    "another schedule": ({"schedule": "3>init"}, ["replay"], 3),
    "a schedule that cannot be followed": ({"schedule": "99>init"}, ["replay"], 3),
    "a schedule that is none": ({"schedule": "bla"}, ["replay"], 2),
    "a schedule that is none in a timeline": ({"schedule": "bla"}, ["timeline"], 2),
    "another package": ({"package": "9.9"}, ["replay"], 2),
    "another revision": ({"revision": "v9"}, ["replay"], 2),
    "a trace for a scenario": ({}, ["explore"], 2),
    "a trace with a schedule": ({}, ["replay", "2>init"], 2),
    "a trace with a file of layers": ({}, ["replay", "--bug", "mine.py"], 2),
}


@pytest.mark.parametrize(("fields", "words", "code"), WRONG.values(), ids=WRONG)
def test_an_error_about_a_trace_is_one_line_that_says_what_to_do(
    fields: dict[str, object],
    words: list[str],
    code: int,
    capsys: pytest.CaptureFixture[str],
    snapshot: SnapshotAssertion,
) -> None:
    written("mine.py", LAYER.format("mine"))
    assert run(["replay", "addr-vs-init", "2>init", "--revision", "its-v7", "--trace", "found.jsonl"]) == 1
    verb, *more = words
    capsys.readouterr()
    assert run([verb, edited(**fields), *more]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err == snapshot
