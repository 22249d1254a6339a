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
    from collections.abc import Iterator, Mapping

LOADS_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
KINDS = {
    **dict.fromkeys(LOADS_GLOBAL, "load"),
    **dict.fromkeys(("STORE_GLOBAL", "DELETE_GLOBAL"), "store"),
    **dict.fromkeys(("STORE_DEREF", "DELETE_DEREF"), "cell"),
    "IMPORT_NAME": "import",
}
"""Instructions whose argument is a name, and what they do with it."""

BY_TEXT = {"getattr": "load", "hasattr": "load", "setattr": "store", "delattr": "store"}
"""Functions that take the name of an attribute as a text, and what they do with the attribute."""

SHOWS = ("_saferepr", "_should_repr_global_name")
"""Functions that pytest puts into an ``assert``, to show what a name stands for."""

LOADS_ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR")
STORES_ATTRIBUTE = ("STORE_ATTR", "DELETE_ATTR")
LOADS_VARIABLE = ("LOAD_FAST", "LOAD_DEREF")
USES_NAME = (*KINDS, *LOADS_ATTRIBUTE, *STORES_ATTRIBUTE, "IMPORT_FROM")
CALLS = ("PRECALL", "CALL")
NO_EFFECT = ("CACHE", "EXTENDED_ARG", "KW_NAMES", "NOP", "RESUME")
FUNCTION = 2
"""A function takes this much of the stack before its arguments: itself, and NULL."""


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
    deletes: tuple[str, ...]
    """Attributes that the code deletes."""
    imports: tuple[str, ...]
    strings: tuple[str, ...]
    """String constants."""
    bare: tuple[str, ...]
    """Variables that the code loads for their value, and not for an attribute of it."""
    computed: tuple[str, ...]
    """Functions such as `getattr` that the code calls with a name that is no constant, or does not call at all."""
    aliases: Mapping[str, str]
    """Local variables that hold what another variable or an imported module is, by name."""
    lines: Mapping[str, int]
    """The first line that uses a variable, an attribute or a module."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of all attributes that the code loads."""
        return tuple(dict.fromkeys(name for _, name in self.attribute_loads))


class Facts:
    """The facts of a code object, while they are collected."""

    def __init__(self) -> None:
        kinds = ("load", "store", "cell", "import", "string", "bare", "computed", "delete")
        self.names: dict[str, dict[str, None]] = {kind: {} for kind in kinds}
        self.loads: dict[tuple[str, str], None] = {}
        self.stores: dict[tuple[str, str], None] = {}
        self.aliases: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.constants: dict[str, str] = {}
        """Texts that pytest has put into variables of its own."""

    def of(self, code: CodeType) -> None:
        """Collect what one code object does, without the code nested in it."""
        self.names["string"].update(dict.fromkeys(value for value in code.co_consts if isinstance(value, str)))
        instructions = list(dis.get_instructions(code))
        before: dis.Instruction | None = None
        module, line = "", code.co_firstlineno
        augmented: dict[str, str] = {}  # attributes that an assignment such as += has loaded, and their owners
        for number, instruction in enumerate(instructions):
            line = line_of(instruction) or line
            name = str(instruction.argval)
            match instruction.opname:
                case opname if opname in KINDS:
                    self.names[KINDS[opname]][name] = None
                    module = name if opname == "IMPORT_NAME" else module
                case "IMPORT_FROM":
                    self.loads[module, name] = None
                case opname if opname in LOADS_ATTRIBUTE:
                    copied = before is not None and before.opname == "COPY"
                    owner = owner_in(instructions[number - 2] if copied else before)
                    self.loads[owner, name] = None
                    if copied:
                        augmented[name] = owner
                case opname if opname in STORES_ATTRIBUTE:
                    if opname == "DELETE_ATTR":
                        self.names["delete"][name] = None
                    again = before is not None and before.opname == "SWAP" and name in augmented
                    self.stores[augmented.pop(name) if again else owner_in(before), name] = None
                case opname if opname.startswith("STORE_") and before is not None:
                    self.alias(before, stored_in(instruction))
            if instruction.opname in USES_NAME or instruction.opname.startswith(LOADS_VARIABLE):
                self.lines.setdefault(name, line)
            shows = before is not None and before.argval in SHOWS
            if name in BY_TEXT and instruction.opname in LOADS_GLOBAL and not shows:
                self.by_text(name, instructions[number:])
            self.bare(instruction, instructions[number + 1 : number + 2])
            before = instruction

    def alias(self, before: dis.Instruction, name: str) -> None:
        """A variable is assigned what an instruction loads."""
        if name.startswith("@") and before.opname == "LOAD_CONST" and isinstance(before.argval, str):
            self.constants[name] = before.argval
        owner = str(before.argval) if before.opname == "IMPORT_NAME" else owner_in(before)
        if owner not in ("", ".", name):
            self.aliases.setdefault(name, owner)

    def bare(self, instruction: dis.Instruction, after: list[dis.Instruction]) -> None:
        """Note the variable that an instruction loads, unless the next one loads or sets an attribute of it."""
        if isinstance(instruction.argval, tuple) and instruction.opname.startswith("LOAD_FAST"):
            self.names["bare"].update(dict.fromkeys(map(str, instruction.argval[:-1])))
        owner = owner_in(instruction)
        if owner not in ("", ".") and not any(
            each.opname in (*LOADS_ATTRIBUTE, *STORES_ATTRIBUTE) or each.opname.startswith("STORE_FAST")
            for each in after
        ):
            self.names["bare"][owner] = None

    def by_text(self, function: str, instructions: list[dis.Instruction]) -> None:
        """A function is loaded that takes the name of an attribute as a text."""
        arguments = arguments_of(instructions)
        name = self.constant_of(arguments[1]) if len(arguments) > 1 else None
        if name is None:
            self.names["computed"][function] = None
        elif BY_TEXT[function] == "load":
            self.loads[owner_in(arguments[0]), name] = None
        else:
            self.stores[owner_in(arguments[0]), name] = None

    def constant_of(self, instruction: dis.Instruction) -> str | None:
        """The text that an instruction loads, if it is a constant; pytest keeps those of an ``assert`` in variables."""
        if instruction.opname == "LOAD_CONST":
            return instruction.argval if isinstance(instruction.argval, str) else None
        return self.constants.get(owner_in(instruction))


@cache
def facts_of(code: CodeType) -> CodeFacts:
    """The facts of a code object, and of the code nested in it."""
    facts = Facts()
    for each in nested(code):
        facts.of(each)
    names = facts.names
    return CodeFacts(
        global_loads=tuple(names["load"]),
        global_stores=tuple(names["store"]),
        cell_stores=tuple(names["cell"]),
        attribute_loads=tuple(facts.loads),
        attribute_stores=tuple(facts.stores),
        deletes=tuple(names["delete"]),
        imports=tuple(names["import"]),
        strings=tuple(names["string"]),
        bare=tuple(names["bare"]),
        computed=tuple(names["computed"]),
        aliases=facts.aliases,
        lines=facts.lines,
    )


def arguments_of(instructions: list[dis.Instruction]) -> list[dis.Instruction]:
    """The instructions that give the positional arguments of a call; the first instruction loads the function.

    Empty if the function is not called, or if an argument depends on a condition.
    """
    stack: list[dis.Instruction] = []
    for instruction in instructions:
        if instruction.opname in CALLS:
            count = instruction.arg or 0
            if len(stack) - count <= FUNCTION:
                return stack[len(stack) - count :]
        if instruction.opcode in (*dis.hasjrel, *dis.hasjabs):
            return []
        if instruction.opname in NO_EFFECT:
            continue
        effect = dis.stack_effect(instruction.opcode, instruction.arg, jump=False)
        if effect <= 0:
            del stack[len(stack) + effect - 1 :]
        stack += [instruction] * max(effect, 1)
        if stack[0] is not instructions[0]:
            return []
    return []


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
    loads = instruction.opname in (
        *LOADS_GLOBAL,
        "LOAD_DEREF",
        "STORE_FAST_LOAD_FAST",
    ) or instruction.opname.startswith("LOAD_FAST")
    if not loads:
        return ""
    return str(instruction.argval[-1] if isinstance(instruction.argval, tuple) else instruction.argval)


def line_of(instruction: dis.Instruction) -> int:
    """The line of an instruction, 0 if it has none."""
    positions = instruction.positions
    return (positions.lineno or 0) if positions is not None else 0


def stored_in(instruction: dis.Instruction) -> str:
    """The variable that an instruction assigns; the first one if it assigns two."""
    return str(instruction.argval[0] if isinstance(instruction.argval, tuple) else instruction.argval)
