"""A file is a scenario by the structure of its YAML, not by how its lines begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.scenario.recognised import is_scenario
from aiovgic.scenario.shipped import scenarios

if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = {
    "in block style": "schema: 1\ntitle: x\ntasks:\n  a: {}\n",
    "in flow style": "{schema: 1, title: x, tasks: {a: {}}}\n",
    "JSON": '{"schema": 1, "title": "x", "tasks": {}}\n',
    "indented": "  schema: 1\n  tasks: {}\n",
    "with quoted keys": "\"schema\": 1\n'tasks': {}\n",
    "behind a document's beginning": "---\nschema: 1\ntasks: {}\n",
    "with an unknown key": "schema: 1\ntitel: x\ntasks: {}\n",
    "broken behind its first key": "schema: 1\ntitle: one: two\ntasks: {}\n",
    "broken behind its keys": "schema: 1\ntasks: {a: [}\n",
}
OTHERS = {
    "empty": "",
    "a list": "- schema: 1\n- tasks: {}\n",
    "keys inside another key": "data:\n  schema: 1\n  tasks: {}\n",
    "lines of a text": "text: |\n  a\nother: >\n  schema: 1\n  tasks: 2\n",
    "keys in a comment": "# schema: 1\n# tasks: {}\na: 1\n",
    "keys as values": "a: schema\nb: tasks\n",
    "a text that looks like keys": "a: 'x\n\nschema: 1\n\ntasks: 2'\n",
    "a broken document without the keys": "a: 'schema\ntasks: [",
    "only one of the keys": "schema: 1\nsteps: []\n",
    "a second document": "a: 1\n---\nschema: 1\ntasks: {}\n",
}


@pytest.mark.parametrize("text", SCENARIOS.values(), ids=SCENARIOS)
def test_a_mapping_with_a_scenarios_keys_is_a_scenario(text: str, tmp_path: Path) -> None:
    tmp_path.joinpath("it.yaml").write_text(text, encoding="utf-8")
    assert is_scenario(tmp_path / "it.yaml")


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_another_document_is_no_scenario(text: str, tmp_path: Path) -> None:
    tmp_path.joinpath("it.yaml").write_text(text, encoding="utf-8")
    assert not is_scenario(tmp_path / "it.yaml")


def test_a_file_that_cannot_be_read_is_no_scenario(tmp_path: Path) -> None:
    assert not is_scenario(tmp_path / "missing.yaml")


def test_every_shipped_scenario_is_one() -> None:
    assert all(map(is_scenario, scenarios().values()))
