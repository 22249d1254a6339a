"""State that a user's layers keep outside of declared fields: looked at whenever an execution is quiet.

The guard of `sync.layer_guard` sees plain attributes as they are set. What is changed in place, and what the layer's
own module and classes hold, is compared with what it was after the set-up.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from aiovgic.scenario.lasting import Lasting
from aiovgic.scenario.layer_source import changed_in_place
from aiovgic.scenario.reach import Reach
from aiovgic.sync import Declared, Op, Part, Runtime, Thing
from aiovgic.sync.layer_guard import of_users, undeclared
from aiovgic.sync.layers import declarations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiovgic.errors import ScenarioError
    from aiovgic.sync import Layer

ATOMS = (int, str, bytes, float, type(None))
PLAIN = (list, dict, set, bytearray)
CODE = (type, ModuleType, FunctionType, property, staticmethod, classmethod, Declared)


@dataclass(frozen=True)
class LayerState:
    """What a user's layers could change unseen on one machine. No checkpoint puts it back: it is frozen."""

    lines: Mapping[Layer, Mapping[str, int]]
    """Of each layer: where its file changes a container in place, by the name of the container."""
    containers: Sequence[tuple[Part, str, Any]]
    """Plain containers of parts that the layers may change, and what was in each when the race began."""
    kept: Mapping[Layer, Lasting]
    """What the functions of each layer reach outside of the machine."""

    @classmethod
    def of(cls, machine: object, layers: Sequence[Layer]) -> LayerState | None:
        """The state of those layers that are a user's, if there are any."""
        guarded = of_users(layers)
        if not guarded:
            return None
        lines = {layer: lines_of(layer) for layer in guarded}
        names = {name for each in lines.values() for name in each}
        containers = [(part, name, shape(value)) for part, name, value in plain_containers(machine, names)]
        return cls(lines, containers, {layer: Lasting({layer.__name__: reach_of(layer)}) for layer in guarded})

    def check(self) -> None:
        """Nothing has changed unseen. Raises ScenarioError with the layer's file and line."""
        for part, name, before in self.containers:
            if shape(getattr(part, name, None)) != before:
                layer = next(each for each in self.lines if name in self.lines[each])
                raise self.error(layer, f"the plain attribute {name!r} of {part.name} in place", name, container=True)
        for layer, kept in self.kept.items():
            for route, _, container in kept.changed():
                what = f"{route}, which is no part of the machine,"
                raise self.error(layer, what, route.path.rpartition(".")[2], container=container)

    def error(self, layer: Layer, what: str, name: str, *, container: bool) -> ScenarioError:
        """The error that names what a layer changes."""
        place = f"{file_of(layer)}:{self.lines[layer].get(name, 1)}"
        field = name.lower() if name.isidentifier() else "name"
        return undeclared(place, layer.__name__, what, declarations(field, container=container))


def file_of(layer: Layer) -> str:
    """The file that the functions of a layer are in."""
    found = [each.__code__.co_filename for each in vars(layer).values() if isinstance(each, FunctionType)]
    return found[0] if found else str(getattr(sys.modules.get(layer.__module__), "__file__", layer.__module__))


def lines_of(layer: Layer) -> Mapping[str, int]:
    """By name: where the layer's file changes a container in place."""
    path = Path(file_of(layer))
    return lines_in(path.read_bytes()) if path.is_file() else {}


@cache
def lines_in(source: bytes) -> Mapping[str, int]:
    """By name: where a source changes a container in place."""
    return changed_in_place(ast.parse(source))


def reach_of(layer: Layer) -> Reach:
    """What a layer and its functions reach."""
    functions = [each for each in vars(layer).values() if isinstance(each, FunctionType | property | staticmethod)]
    return Reach((layer, *functions))


def plain_containers(machine: object, names: set[str]) -> Iterator[tuple[Part, str, Any]]:
    """The containers in plain attributes with these names, of every part that can be reached from a machine."""
    met: dict[int, object] = {}
    todo: list[Any] = [machine]
    while todo:
        each = todo.pop()
        if isinstance(each, (*ATOMS, *CODE, Thing, Op, Runtime)) or id(each) in met:
            continue
        met[id(each)] = each
        if isinstance(each, dict):
            todo += each.values()
        elif isinstance(each, list | tuple | set):
            todo += each
        for name, value in vars(each).items() if hasattr(each, "__dict__") else ():
            todo.append(value)
            declared = isinstance(getattr(type(each), name, None), Declared)
            if name in names and isinstance(each, Part) and type(value) in PLAIN and not declared:
                yield each, name, value


def shape(value: Any) -> Any:
    """A value that compares equal as long as nothing in it changes: containers whole, objects by their identity."""
    if isinstance(value, dict):
        return [(shape(key), shape(each)) for key, each in dict.items(value)]
    if isinstance(value, list | tuple | set):
        return [shape(each) for each in value]
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, ATOMS):
        return value
    own = vars(value) if hasattr(value, "__dict__") and not isinstance(value, Part) else {}
    return id(value), [(name, each if isinstance(each, ATOMS) else id(each)) for name, each in own.items()]
