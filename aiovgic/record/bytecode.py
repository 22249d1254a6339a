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
KINDS = {
    **dict.fromkeys(LOADS_GLOBAL, "load"),
    **dict.fromkeys(("STORE_GLOBAL", "DELETE_GLOBAL"), "store"),
    **dict.fromkeys(("STORE_DEREF", "DELETE_DEREF"), "cell"),
    "IMPORT_NAME": "import",
}
"""Instructions whose argument is a name, and what they do with it."""

LOADS_ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR")
STORES_ATTRIBUTE = ("STORE_ATTR", "DELETE_ATTR")


@dataclass(frozen=True)
class CodeFacts:
    """Names in a code object and in the code nested in it, each once, in order of first use."""

    global_loads: tuple[str, ...]
    global_stores: tuple[str, ...]
    cell_stores: tuple[str, ...]
    """Closure variables that the code assigns or deletes."""
    attribute_loads: tuple[tuple[str, str], ...]
    """Attributes that the code loads: the variable or module that is the owner, and the name of the attribute."""
    attribute_stores: tuple[tuple[str, str], ...]
    """Attributes that the code assigns or deletes: the variable that is the owner, and the attribute's name.

    The owner is empty if it is what a call gives or a ``__class__``, and '.' if it is another attribute.
    """
    imports: tuple[str, ...]
    strings: tuple[str, ...]
    """String constants."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of all attributes that the code loads."""
        return tuple(dict.fromkeys(name for _, name in self.attribute_loads))


@cache
def facts_of(code: CodeType) -> CodeFacts:
    """The facts of a code object."""
    kinds = ("load", "store", "cell", "import", "string")
    names: dict[str, dict[str, None]] = {kind: {} for kind in kinds}
    loads: dict[tuple[str, str], None] = {}
    stores: dict[tuple[str, str], None] = {}
    for each in nested(code):
        names["string"].update(dict.fromkeys(value for value in each.co_consts if isinstance(value, str)))
        before: dis.Instruction | None = None
        module = ""
        for instruction in dis.get_instructions(each):
            name = str(instruction.argval)
            match instruction.opname:
                case opname if opname in KINDS:
                    names[KINDS[opname]][name] = None
                    module = name if opname == "IMPORT_NAME" else module
                case "IMPORT_FROM":
                    loads[module, name] = None
                case opname if opname in LOADS_ATTRIBUTE:
                    loads[owner_in(before), name] = None
                case opname if opname in STORES_ATTRIBUTE:
                    stores[owner_in(before), name] = None
            before = instruction
    return CodeFacts(
        global_loads=tuple(names["load"]),
        global_stores=tuple(names["store"]),
        cell_stores=tuple(names["cell"]),
        attribute_loads=tuple(loads),
        attribute_stores=tuple(stores),
        imports=tuple(names["import"]),
        strings=tuple(names["string"]),
    )


def nested(code: CodeType) -> Iterator[CodeType]:
    """A code object, and all code that it defines."""
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from nested(value)


def owner_in(instruction: dis.Instruction | None) -> str:
    """The variable that an instruction loads, '.' if it loads an attribute, nothing if it does something else."""
    if instruction is None:
        return ""
    if instruction.opname in LOADS_ATTRIBUTE:
        return "" if instruction.argval == "__class__" else "."
    loads = instruction.opname in (*LOADS_GLOBAL, "LOAD_DEREF") or instruction.opname.startswith("LOAD_FAST")
    last = instruction.argval[-1] if isinstance(instruction.argval, tuple) else instruction.argval
    return str(last) if loads else ""
