"""What never changes is declared constant: each guarded field is changed by some function but `__init__`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from aiovgic.sync.guarded import Constant, Declared
from tests.tidy.test_tidy import MODEL_ROOMS, functions, in_rooms, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

MUTATORS = ("append", "clear", "extend", "insert", "pop", "remove", "setdefault", "update")


def changed(node: ast.AST) -> Iterator[str]:
    """The attributes that a statement or an expression changes: assigned to, or changed in place."""
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Subscript(value=ast.Attribute(attr=name), ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name), attr=verb)) if verb in MUTATORS:
            yield name


def guarded() -> Iterator[str]:
    """The guarded fields that the model's classes declare, but for the constants."""
    for cls in parts():
        if cls.__module__.startswith(tuple(f"aiovgic.{room}." for room in MODEL_ROOMS)):
            for name, field in vars(cls).items():
                if isinstance(field, Declared) and not isinstance(field, Constant):
                    yield name


def test_every_guarded_field_is_changed_by_some_function() -> None:
    names = {
        name
        for path in in_rooms(*MODEL_ROOMS)
        for function in functions(path)
        if function.name != "__init__"
        for node in ast.walk(function)
        for name in changed(node)
    }
    fields = set(guarded())
    assert "pending_latch" in fields
    assert fields - names == set()
