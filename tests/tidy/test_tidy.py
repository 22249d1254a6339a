"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import pytest

import aiovgic
from aiovgic.model.irq import Irq
from aiovgic.sync import GuardedList, GuardedMap, Part
from aiovgic.sync.guarded import Declared

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "aiovgic"
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
MODEL_ROOMS = ("model", "uapi", "bugs", "revisions")
DECIDING_ROOMS = (*MODEL_ROOMS, "engine", "sync", "check")
FILES = sorted(PACKAGE.rglob("*.py"))
TOOLS = sorted((ROOT / "devtools").rglob("*.py"))
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())


@cache
def tree(path: Path) -> ast.Module:
    """A file as Python sees it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def short(path: Path) -> str:
    """A file as the package has it, or as the repository has it."""
    return path.relative_to(PACKAGE if PACKAGE in path.parents else ROOT).as_posix()


def in_rooms(*rooms: str) -> list[Path]:
    """The files of these rooms."""
    return [path for path in FILES if path.relative_to(PACKAGE).parts[0] in rooms]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", [*FILES, *TOOLS], ids=short)
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", [*FILES, *TOOLS], ids=short)
def test_no_function_is_too_long(path: Path) -> None:
    long = [node.name for node in functions(path) if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION]
    assert not long


@pytest.mark.parametrize("path", [*FILES, *TOOLS], ids=short)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", in_rooms(*(set(ROOMS) - {"arch"})), ids=short)
def test_masks_and_shifts_are_fields_of_words(path: Path) -> None:
    constants = [
        target.id
        for node in tree(path).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert not [name for name in constants if name.endswith(("_MASK", "_SHIFT")) and not name.startswith("KVM_")]


@pytest.mark.parametrize("path", in_rooms(*MODEL_ROOMS), ids=short)
def test_no_await_in_a_finally_of_the_model(path: Path) -> None:
    awaits = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Try)
        for statement in node.finalbody
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Await)
    ]
    assert not awaits


EXCEPT = ("engine/checkpoint.py",)
"""It walks objects, which have no names, and decides nothing: everything is put back, in any order."""


@pytest.mark.parametrize("path", [path for path in in_rooms(*DECIDING_ROOMS) if short(path) not in EXCEPT], ids=short)
def test_nothing_that_decides_uses_a_set_or_an_identity(path: Path) -> None:
    found = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Set | ast.SetComp)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"set", "id", "hash"})
    ]
    assert not found


def parts() -> Iterator[type[Part]]:
    """Every class of parts there is, all files of the package being read."""
    for info in walk_packages(aiovgic.__path__, "aiovgic."):
        if not info.name.endswith("__main__"):
            import_module(info.name)
    stack = list(Part.__subclasses__())
    while stack:
        cls = stack.pop(0)
        yield cls
        stack += cls.__subclasses__()


def test_no_guarded_field_is_a_bare_container() -> None:
    classes = list(parts())
    assert Irq in classes
    for cls in classes:
        for name, field in vars(cls).items():
            if isinstance(field, Declared) and not isinstance(field, GuardedList | GuardedMap):
                default = getattr(field, "default", None)
                assert not isinstance(default, list | dict | set), f"{cls.__name__}.{name}"
