"""What the names in compiled code stand for: modules that it imports, closure variables and global variables."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from aiovgic.scenario.content import holds

if TYPE_CHECKING:
    from types import FunctionType, ModuleType

    from aiovgic.record.bytecode import CodeFacts


def owner_of(function: FunctionType, name: str, facts: CodeFacts) -> object:
    """What a closure variable, a module that the code imports, or a global variable with this name holds."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for _ in facts.aliases:
        name = name if name in cells else facts.aliases.get(name, name)
    if name in cells:
        return cells[name].cell_contents if holds(cells[name]) else None
    if name in facts.imports:
        return imported(function, name)
    return None if name in function.__code__.co_varnames else function.__globals__.get(name)


def imported(function: FunctionType, name: str) -> ModuleType | None:
    """The module that a function's ``import`` gives; a module that is not there yet is imported now."""
    package = function.__globals__.get("__package__")
    known = sys.modules.get(name) or sys.modules.get(f"{package}.{name}")
    if known is None and name and name.partition(".")[0] not in sys.stdlib_module_names:
        with suppress(Exception):  # the task will say what is wrong
            known = import_module(name)
    return known
