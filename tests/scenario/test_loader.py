"""The loader: a text is a scenario, or one line says where it is not, and what is nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import ScenarioError, UsageError
from aiovgic.scenario.loader import find, load
from tests.scenario.texts import HEAD, TASKS, machine, parsed, refused

if TYPE_CHECKING:
    from pathlib import Path

KEYS = "schema, title, about, machine, faults, tasks, always, never, sometimes"
MACHINE_KEYS = "vcpus, gic, lrs, nr_irqs, ready, host, its, lpis, setup"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "s.yaml: is empty", id="nothing"),
        pytest.param("# a comment\n", "s.yaml: is empty", id="a comment"),
        pytest.param("word", "s.yaml:1: is to be a mapping, not 'word'", id="a word"),
        pytest.param("- 1", "s.yaml:1: is to be a mapping, not a list", id="a list"),
        pytest.param("a: [1,", "s.yaml:1: is no YAML: expected the node content, but found '<stream end>'", id="cut"),
        pytest.param(
            "a:\n\t- 1", "s.yaml:2: is no YAML: found character '\\t' that cannot start any token", id="a tab"
        ),
        pytest.param(
            f"{HEAD}{TASKS}---\n{HEAD}",
            "s.yaml:4: is no YAML: expected a single document in the stream, but found another document",
            id="two documents",
        ),
        pytest.param(
            "a: \0",
            "s.yaml:1: is no YAML: no file may have the character 0x0",
            id="a character that is none",
        ),
        pytest.param(
            "%YAML 9.9\n---\na: 1",
            "s.yaml:1: is no YAML: found incompatible YAML document (version 1.* is required)",
            id="another YAML",
        ),
        pytest.param(f"{HEAD}{TASKS}title: Again\n", "s.yaml:4: title: is there twice", id="a key that is there twice"),
        pytest.param(
            f"schema: 1\ntitle: &t A claim\nabout: *t\n{TASKS}",
            "s.yaml:2: anchors and aliases are not used here",
            id="an alias",
        ),
        pytest.param(
            f"schema: 1\ntitle: !!python/object:os.system x\n{TASKS}",
            "s.yaml:2: title: has a tag",
            id="a tag of Python",
        ),
        pytest.param(f"schema: 1\ntitle: !!binary aGk=\n{TASKS}", "s.yaml:2: title: has a tag", id="a tag of YAML"),
        pytest.param(
            machine("vcpus: !!int x"), "s.yaml:3: machine.vcpus: is no value: 'x'", id="a number that is none"
        ),
        pytest.param(
            machine("<<: {vcpus: 2}"),
            f"s.yaml:3: machine: unknown key '<<'; there are {MACHINE_KEYS}",
            id="a merge",
        ),
        pytest.param(machine("[a]: 2"), "s.yaml:3: machine: has a key that is no word", id="a list as a key"),
        pytest.param("a: " + "[" * 3000, "s.yaml:1: is nested too deep", id="brackets without end"),
        pytest.param("schema: 1\ntitle: &t x\n", "s.yaml:2: anchors and aliases are not used here", id="an anchor"),
        pytest.param(HEAD + "machine: !foo {}\n" + TASKS, "s.yaml:3: machine: has a tag", id="a tag on a mapping"),
        pytest.param(HEAD + "about: !!int\n" + TASKS, "s.yaml:3: about: is no value: ''", id="an empty number"),
        pytest.param(HEAD + "about: !!bool x\n" + TASKS, "s.yaml:3: about: is no value: 'x'", id="a false truth"),
        pytest.param("- " * 1000 + "x", "s.yaml:1: is nested too deep", id="nested without end"),
        pytest.param(
            "".join(f"{' ' * n}a:\n" for n in range(70)),
            "s.yaml:65: is nested too deep",
            id="nested 70 deep",
        ),
    ],
)
def test_a_text_that_is_no_plain_data(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(f"title: A claim\n{TASKS}", "s.yaml:1: needs the key 'schema'", id="no schema"),
        pytest.param(f"schema: 1\n{TASKS}", "s.yaml:1: needs the key 'title'", id="no title"),
        pytest.param(HEAD, "s.yaml:1: needs the key 'tasks'", id="no tasks"),
        pytest.param(
            f"schema: 2\ntitle: A claim\n{TASKS}", "s.yaml:1: schema: is 2; this is schema 1", id="a later schema"
        ),
        pytest.param(
            f"schema: one\ntitle: A claim\n{TASKS}",
            "s.yaml:1: schema: is 'one'; this is schema 1",
            id="a schema in words",
        ),
        pytest.param(
            f"schema: 1\ntitle: [x]\n{TASKS}", "s.yaml:2: title: is to be text, not a list", id="a listed title"
        ),
        pytest.param(
            f"schema: 1\ntitle: 7\n{TASKS}",
            "s.yaml:2: title: is to be text, not 7; put it in quotes",
            id="a number for a title",
        ),
        pytest.param(
            f"schema: 1\ntitle:\n{TASKS}", "s.yaml:2: title: is to be text, not nothing", id="an absent title"
        ),
        pytest.param(
            f"schema: 1\ntitle: ' '\n{TASKS}", "s.yaml:2: title: is to be the claim, in one line", id="a blank title"
        ),
        pytest.param(
            f"schema: 1\ntitle: |\n  a\n  b\n{TASKS}",
            "s.yaml:2: title: is to be the claim, in one line",
            id="a title in two lines",
        ),
        pytest.param(
            f"{HEAD}{TASKS}about: 5\n", "s.yaml:4: about: is to be text, not 5; put it in quotes", id="about a number"
        ),
        pytest.param(
            f"{HEAD}{TASKS}alwyas: {{pending: []}}\n",
            "s.yaml:4: scenario: unknown key 'alwyas'; did you mean 'always'?",
            id="a misspelt key",
        ),
        pytest.param(
            f"{HEAD}{TASKS}zzz: 1\n", f"s.yaml:4: scenario: unknown key 'zzz'; there are {KEYS}", id="a strange key"
        ),
        pytest.param(
            f"{HEAD}{TASKS}? {'k' * 2000}\n: 1\n",
            f"s.yaml:5: scenario: unknown key '{'k' * 56}...; there are {KEYS}",
            id="a long key",
        ),
    ],
)
def test_a_text_that_is_no_scenario(text: str, message: str) -> None:
    assert refused(text) == message


def test_a_scenario_has_what_its_text_says() -> None:
    scenario = parsed(f"{HEAD}about: >\n  Why\n  so\n{TASKS}")
    assert (scenario.title, scenario.about, scenario.name, scenario.path) == ("A claim", "Why so", "s", "s.yaml")
    assert [task.name for task in scenario.tasks] == ["a"]
    assert (scenario.machine.vcpus, scenario.machine.gic, scenario.machine.setup[0].op.name) == (1, "v3", "create_vm")


def test_a_digest_changes_with_what_the_text_says_and_not_with_its_comments() -> None:
    digest = parsed(HEAD + TASKS).digest
    assert digest == parsed(f"# before\n\n{HEAD}{TASKS}# more\n").digest
    assert digest != parsed(f"{HEAD}machine: {{vcpus: 2}}\n{TASKS}").digest


class TestFiles:
    def test_a_shipped_scenario_is_known_by_its_name(self) -> None:
        assert load("addr-vs-init").name == "addr-vs-init"

    def test_a_misspelt_name_is_answered_with_the_right_one(self) -> None:
        with pytest.raises(UsageError) as caught:
            find("adr-vs-init")
        assert str(caught.value) == "there is no scenario 'adr-vs-init'; did you mean 'addr-vs-init'?"

    def test_a_strange_name_is_answered_with_how_to_find_one(self) -> None:
        with pytest.raises(UsageError) as caught:
            find("zzzzzz")
        assert str(caught.value) == "there is no scenario 'zzzzzz'; 'aiovgic list scenarios' shows those there are"

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            pytest.param("x.yaml", None, "x.yaml: cannot be read: No such file or directory", id="not there"),
            pytest.param("x.yaml", b"a: \xff", "x.yaml:1: is no text in UTF-8", id="no text"),
            pytest.param("x.yaml", b"a: 1\nb: \xff", "x.yaml:2: is no text in UTF-8", id="no text further down"),
            pytest.param(
                "x.yaml",
                b"\x1f\x8b\x08",
                "x.yaml: cannot be read: Compressed file ended before the end-of-stream marker was reached",
                id="cut",
            ),
            pytest.param("x", b"", "x: is empty", id="empty"),
        ],
    )
    def test_a_file_that_cannot_be_used(self, tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ScenarioError) as caught:
            load(path)
        assert str(caught.value).removeprefix(f"{tmp_path}/") == message

    def test_a_directory_cannot_be_used(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError) as caught:
            load(tmp_path)
        assert str(caught.value) == f"{tmp_path}: cannot be read: Is a directory"
