"""docs/renamed.md and the code agree: no rule has an old name, and each new name is in use."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "renamed.md"
ROWS = re.findall(r"^\| `([\w-]+)` \| `([\w-]+)` \| `([\w-]+)` \|", TABLE.read_text("utf-8"), re.MULTILINE)
THEMES = ROOT / "devtools" / "generator" / "themes.py"
"""Its themes have names of their own, which recorded scripts carry."""
PYTHON = [path for folder in ("aiovgic", "devtools", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@cache
def texts(path: Path) -> list[str]:
    """Every string of a file."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@cache
def rules(path: Path) -> list[str]:
    """Names of rules in a file: what is given to Violation, Finding and check(), and constants called RULE."""
    return list(named(ast.parse(path.read_text("utf-8"))))


def named(module: ast.Module) -> Iterator[str]:
    """The second argument of Violation, an argument ``rule``, the last argument of check(), a constant RULE."""
    for node in ast.walk(module):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call):
            given = [keyword.value for keyword in node.keywords if keyword.arg == "rule"]
            function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given += node.args[1:2] if function == "Violation" else node.args[-1:] if function == "check" else []
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "RULE":
            given = [node.value]
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def test_the_table_is_read() -> None:
    assert len(ROWS) == TABLE.read_text("utf-8").count("\n| `")
    assert ("deadlock", "alone", "would-wait-alone") in ROWS


def test_names_of_rules_are_found_in_code() -> None:
    lines = ['RULE = "a"', 'Violation("kind", "b", title)', 'Finding(kind="kind", rule="c")', 'word.check("no", "d")']
    assert list(named(ast.parse("\n".join(lines)))) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("old", [old for _kind, old, _new in ROWS])
def test_no_rule_has_its_old_name(old: str) -> None:
    def says_it(path: Path) -> bool:
        return old in (texts(path) if "-" in old else rules(path))

    assert not [str(path.relative_to(ROOT)) for path in PYTHON if path != THEMES and says_it(path)]


@pytest.mark.parametrize("old", [old for _kind, old, _new in ROWS if "-" in old])
def test_no_page_has_an_old_name(old: str) -> None:
    assert not [path.name for path in PAGES if path != TABLE and f"`{old}`" in path.read_text("utf-8")]


@pytest.mark.parametrize("new", [new for _kind, _old, new in ROWS])
def test_each_new_name_is_in_use(new: str) -> None:
    assert any(new in texts(path) for path in PYTHON if path.is_relative_to(ROOT / "aiovgic"))
