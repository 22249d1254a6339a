"""Whether a value may be given to every execution: it cannot change, or a deep copy of it shares nothing with it."""

from __future__ import annotations

import copy
import logging
import os
from functools import partial
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.scenario.content import content_of, defaults_of, holds
from aiovgic.scenario.immutable import CODE, is_atom, is_immutable, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 10_000
"""Objects that a walk visits at most."""

SHARED_ON_PURPOSE = (logging.Logger, logging.LoggerAdapter)
"""Objects that a copy shares with its original, and that no test reads."""


def refused(value: object) -> str:
    """Why no execution can have a copy of its own of a value; empty if each can."""
    if is_immutable(value):
        return ""
    for route, each in mutable(value):
        if is_of_pytest(each) and not isinstance(each, pytest.MonkeyPatch):
            name, kind = route.lstrip("."), type(each).__name__
            inside = f"holds a {kind} (its {name})" if name else f"is a {kind}"
            return f"{inside}, which belongs to the whole run of pytest"
    try:
        copied = copy.deepcopy(value, {id(each): each for each in monkeypatches(value)})
    except Exception as error:  # noqa: BLE001  a value's own code copies it
        said = str(error).splitlines()
        return f"cannot be copied ({type(error).__name__}{f': {said[0]}' if said else ''})"
    before = {id(each) for _, each in mutable(value) if not isinstance(each, pytest.MonkeyPatch)}
    for route, each in mutable(copied):
        if id(each) in before:
            name = route.lstrip(".")
            return f"shares its {name} with every copy of it" if name else "is not copied by copy.deepcopy"
    return ""


def is_of_pytest(value: object) -> bool:
    """Whether an object is part of pytest, and no path."""
    home = type(value).__module__.partition(".")[0]
    return home in ("_pytest", "pytest") and not isinstance(value, os.PathLike)


def monkeypatches(value: object) -> list[pytest.MonkeyPatch]:
    """Every `MonkeyPatch` in a value; an execution has fresh ones in their place."""
    return [each for _, each in mutable(value) if isinstance(each, pytest.MonkeyPatch)]


def sentinels(value: object) -> list[object]:
    """Every ``object()`` in a value: code compares these by identity, and a copy of one would be another."""
    return [each for _, each in walk(value) if type(each) is object]


def mutable(value: object) -> Iterator[tuple[str, object]]:
    """The objects in a value that can change, each with how it is written behind the value."""
    for route, each in walk(value):
        if not isinstance(each, FunctionType | MethodType | partial) and not is_atom(each) and parts_of(each) is None:
            yield route, each


def walk(value: object) -> Iterator[tuple[str, object]]:
    """The objects in a value, each with how it is written behind the value; classes and modules are left out."""
    todo: list[tuple[str, Any]] = [("", value)]
    met: dict[int, object] = {}
    while todo and len(met) < MOST:
        route, each = todo.pop(0)
        if id(each) in met or isinstance(each, (*CODE, *SHARED_ON_PURPOSE)):
            continue
        met[id(each)] = each
        yield route, each
        if isinstance(each, FunctionType | MethodType | partial):
            todo += [(f"{route}.{name}", part) for name, part in kept_by(each)]
        elif not is_atom(each) and not is_of_pytest(each):
            parts = parts_of(each)
            todo += [(f"{route}{written}", part) for written, part in (content_of(each) if parts is None else parts)]


def kept_by(function: FunctionType | MethodType | partial[Any]) -> Iterator[tuple[str, object]]:
    """What a function keeps between calls: variables of its closure, defaults, the object of a method, arguments."""
    if isinstance(function, MethodType):
        yield "__self__", function.__self__
    elif isinstance(function, partial):
        yield from (("func", function.func), ("args", function.args), ("keywords", tuple(function.keywords.values())))
    else:
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        yield from ((name, cell.cell_contents) for name, cell in cells if holds(cell))
        yield from defaults_of(function)
