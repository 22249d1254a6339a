"""Facts about compiled Python code: the names it loads and stores, and its string constants.

A decision about a task written in Python uses these facts. It never searches source text, so comments,
docstrings of other functions and formatting decide nothing.
"""

from __future__ import annotations

import dis
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADS_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
STORES_GLOBAL = ("STORE_GLOBAL", "DELETE_GLOBAL")
STORES_CELL = ("STORE_DEREF", "DELETE_DEREF")
LOADS_ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "IMPORT_FROM")
STORES_ATTRIBUTE = ("STORE_ATTR", "DELETE_ATTR")


@dataclass(frozen=True)
class CodeFacts:
    """Names in a code object and in the code nested in it, each once, in order of first use."""

    global_loads: tuple[str, ...]
    global_stores: tuple[str, ...]
    cell_stores: tuple[str, ...]
    """Closure variables that the code assigns or deletes."""
    attributes: tuple[str, ...]
    """Attributes that the code loads."""
    attribute_stores: tuple[tuple[str, str], ...]
    """Attributes that the code assigns or deletes: the variable that holds the owner, and the attribute's name.

    The variable is empty where the owner is what a call gives or a ``__class__``, '.' where it is another attribute.
    """
    imports: tuple[str, ...]
    strings: tuple[str, ...]
    """String constants."""


@cache
def facts_of(code: CodeType) -> CodeFacts:
    """The facts of a code object."""
    kinds = ("load", "store", "cell", "attribute", "import", "string")
    found: dict[str, dict[str, None]] = {kind: {} for kind in kinds}
    owned: dict[tuple[str, str], None] = {}
    for each in nested(code):
        found["string"].update(dict.fromkeys(value for value in each.co_consts if isinstance(value, str)))
        before: dis.Instruction | None = None
        for instruction in dis.get_instructions(each):
            name = str(instruction.argval)
            match instruction.opname:
                case opname if opname in LOADS_GLOBAL:
                    found["load"][name] = None
                case opname if opname in STORES_GLOBAL:
                    found["store"][name] = None
                case opname if opname in STORES_CELL:
                    found["cell"][name] = None
                case opname if opname in LOADS_ATTRIBUTE:
                    found["attribute"][name] = None
                case opname if opname in STORES_ATTRIBUTE:
                    owned[owner_in(before), name] = None
                case "IMPORT_NAME":
                    found["import"][name] = None
            before = instruction
    return CodeFacts(
        global_loads=tuple(found["load"]),
        global_stores=tuple(found["store"]),
        cell_stores=tuple(found["cell"]),
        attributes=tuple(found["attribute"]),
        attribute_stores=tuple(owned),
        imports=tuple(found["import"]),
        strings=tuple(found["string"]),
    )


def nested(code: CodeType) -> Iterator[CodeType]:
    """A code object, and all code that it defines."""
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from nested(value)


def owner_in(instruction: dis.Instruction | None) -> str:
    """The variable that an instruction loads, or nothing if it loads none."""
    if instruction is None or not isinstance(instruction.argval, str):
        return ""
    if instruction.opname in LOADS_ATTRIBUTE and instruction.argval != "__class__":
        return "."
    return instruction.argval if instruction.opname in (*LOADS_GLOBAL, "LOAD_DEREF", "LOAD_FAST") else ""
