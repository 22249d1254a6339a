"""Digests of parsed sources: equal for texts that differ only in comments, layout or place."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from textwrap import dedent
from typing import Any

LENGTH = 16
"""Hexadecimal digits of a digest."""

LAYOUT = frozenset({"line", "written", "raw", "body"})
"""Fields of a parsed scenario that say how and where it was written."""


def hashed(text: str | bytes) -> str:
    """The first digits of the SHA-256 of a text."""
    raw = text.encode(errors="backslashreplace") if isinstance(text, str) else text
    return hashlib.sha256(raw).hexdigest()[:LENGTH]


def of_python(source: str | bytes) -> str:
    """The digest of a Python source's syntax tree; of the text itself where it cannot be parsed."""
    try:
        tree = ast.parse(dedent(source) if isinstance(source, str) else source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return hashed(source)
    return hashed(repr(shape_of(tree)))


def shape_of(node: Any) -> Any:
    """A syntax tree as plain data; empty fields are left out, since newer Pythons have more of them."""
    if isinstance(node, ast.AST):
        found = ((name, getattr(node, name, None)) for name in node._fields)
        return (type(node).__name__, *((name, shape_of(each)) for name, each in found if each not in (None, [])))
    return [shape_of(each) for each in node] if isinstance(node, list) else repr(node)


def of_data(value: Any) -> str:
    """The digest of parsed data: dataclasses, mappings in any order, sequences and scalars."""
    return hashed(repr(plain(value)))


def plain(value: Any) -> Any:
    """Parsed data as nested tuples, the same in every process."""
    if is_dataclass(value) and not isinstance(value, type):
        members = ((each.name, getattr(value, each.name)) for each in fields(value) if each.name not in LAYOUT)
        return (type(value).__name__, *((name, plain(each)) for name, each in members))
    match value:
        case Enum():
            return value.name
        case bool() | None | str() | bytes() | float():
            return value
        case int():
            return int(value)
        case Mapping():
            return tuple(
                sorted(((repr(plain(key)), plain(each)) for key, each in value.items()), key=lambda each: each[0])
            )
        case _:
            return tuple(plain(each) for each in value)
