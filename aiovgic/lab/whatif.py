"""What if: a historical bug by its id, or a file of a user's own layers.

A file is Python. What it defines under ``@replaces(Base)`` are its layers, in the order they are
written; a ``LAYERS`` of its own says otherwise. A file that a caller names is executed. The text of a file
inside a trace is never executed: the caller names a file of the same meaning (`planted_again`).
"""

from __future__ import annotations

import ast
import traceback
from dataclasses import dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from inspect import getsourcefile, isclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiovgic.bugs.catalogue import catalogue
from aiovgic.errors import ScenarioError, UsageError
from aiovgic.lab.unawaited import lacks_await
from aiovgic.record.digest import hashed, of_python
from aiovgic.record.file import read_bytes
from aiovgic.scenario.layer_source import forgotten_await, hidden_write, value_of_word
from aiovgic.sync import LayerError, Part, is_layer
from aiovgic.sync.layers import declarations
from aiovgic.text import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType

    from aiovgic.record.trace import PlantedHead
    from aiovgic.sync import Layer

IN_CLASS = "declare it in the class of the layer: "
MAX_WHATIF_BYTES = 1 << 20
HOW = "read it with 'aiovgic timeline --source', then name a file of your own with --bug FILE"


@dataclass(frozen=True)
class Planted:
    """What goes over a revision: a bug or a file, by the name that a command line has for it."""

    name: str
    digest: str
    """Of the source's syntax tree: a replay refuses a changed one."""
    layers: tuple[Layer, ...]
    source: str = ""
    """The text, if it is a file."""
    title: str = ""
    """What the catalogue says of the bug."""


def plant(name: str) -> Planted:
    """The bug with this id, or the layers of this file, which is executed.

    Raises UsageError for an id that there is not, ScenarioError for a file that has no layers.
    """
    if is_file(name):
        return layers_of(name, read_bytes(Path(name), MAX_WHATIF_BYTES))
    known = catalogue()
    if name not in known:
        hint = nearest(name, list(known)) or "; 'aiovgic bugs' shows those there are, a file's name ends in .py"
        raise UsageError(f"there is no bug {shown(name)}{hint}")
    layers = known[name].layers
    return Planted(name, of_python(b"\n".join(map(source_of, layers))), layers, title=known[name].title)


def is_file(name: str) -> bool:
    """Whether a file is meant, not an id."""
    return name.endswith(".py") or len(Path(name).parts) > 1


def source_of(layer: Layer) -> bytes:
    """The text of the file that a layer of the package is in."""
    return Path(getsourcefile(layer) or "").read_bytes()


def layers_of(name: str, source: bytes) -> Planted:
    """Execute the source of a file and take its layers. Raises ScenarioError."""
    return Planted(name, of_python(source), executed(name, source), source.decode(errors="backslashreplace"))


def planted_again(recorded: Sequence[PlantedHead], files: Iterable[str]) -> tuple[Planted, ...]:
    """What a trace says is planted: bugs by their ids, and layers from those ``files`` that have a recorded digest.

    Raises UsageError for a bug or file that is missing, not recorded, or not what it was; ScenarioError for a file
    that cannot be read. A file whose digest was not recorded is not executed.
    """
    given = {name: read_bytes(Path(name), MAX_WHATIF_BYTES) for name in files}
    digests = {name: of_python(source) for name, source in given.items()}
    wanted = [each for each in recorded if each.source or is_file(each.name)]
    for name, here in digests.items():
        if here not in [each.digest for each in wanted]:
            was = ", ".join(f"{each.name} with digest {each.digest}" for each in wanted)
            what = f"{was}, which 'aiovgic timeline --source' prints" if was else "no file of layers"
            next_step = "" if was else f": leave --bug {name} out"
            raise UsageError(f"{name} has digest {here}; the trace was recorded with {what}{next_step}")
    return tuple(again(each, given, digests) if each in wanted else same(each) for each in recorded)


def again(recorded: PlantedHead, given: Mapping[str, bytes], digests: Mapping[str, str]) -> Planted:
    """The layers of the given file that has the recorded digest. Raises UsageError if there is none."""
    for name, source in given.items():
        if digests[name] == recorded.digest:
            return layers_of(name, source)
    raise UsageError(f"{recorded.name} (digest {recorded.digest}) is code, and a trace never executes code; {HOW}")


def same(recorded: PlantedHead) -> Planted:
    """The bug of the catalogue that was recorded. Raises UsageError, by name, if it is not what it was."""
    here = plant(recorded.name)
    if here.digest != recorded.digest:
        was = f"bug {here.name} was recorded with digest {recorded.digest}; here it has {here.digest}"
        raise UsageError(f"{was}: explore it again with --bug {here.name}")
    return here


@cache
def executed(name: str, source: bytes) -> tuple[Layer, ...]:
    """The layers that a source defines; the same classes however often they are asked for. Raises ScenarioError."""
    spec = spec_from_file_location(f"whatif_{hashed(source)}", name)
    assert spec is not None, name
    module = module_from_spec(spec)
    try:
        exec(compile(source, name, "exec", dont_inherit=True), vars(module))  # noqa: S102  running it is what was asked for
    except SyntaxError as error:
        raise ScenarioError(f"{name}:{error.lineno or 1}", f"is no Python: {error.msg}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  a user's code may raise anything
        raise ScenarioError(f"{name}:{line_of(error, name, source)}", told(error)) from None
    layers = layers_in(module, name)
    tree = ast.parse(source)
    lacking = forgotten_await(tree, layers)
    if lacking is not None:
        raise lacks_await(f"{name}:{lacking[0]}", f"{lacking[1]}()")
    hidden = hidden_write(tree, layers)
    if hidden is not None:
        line, target, field = hidden
        written = declarations(field if field.isidentifier() else "name")
        raise ScenarioError(f"{name}:{line}", f"{target} sets state that the search does not see; {IN_CLASS}{written}")
    plain = value_of_word(tree, layers)
    if plain is not None:
        why = f"{plain[1]}.value is no operation, and the search does not see it: await {plain[1]}.load() or .store(v)"
        raise ScenarioError(f"{name}:{plain[0]}", why)
    return layers


def assigned_in_class(source: bytes, name: str) -> int:
    """The first line where the body of a class assigns a name."""
    bodies = (each.body for each in ast.walk(ast.parse(source)) if isinstance(each, ast.ClassDef))
    targets = (node for body in bodies for each in body for node in ast.walk(each) if isinstance(node, ast.Name))
    return next((node.lineno for node in targets if node.id == name and isinstance(node.ctx, ast.Store)), 1)


def line_of(error: BaseException, name: str, source: bytes) -> int:
    """The line of the file that an error is about, or else the last one that it came through."""
    if isinstance(error, LayerError) and (error.line or error.name):
        return error.line or assigned_in_class(source, error.name)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return (lines or [1])[-1] or 1


def told(error: BaseException) -> str:
    """An error in one line: what `replaces` says as it is, anything else with its name."""
    text = " ".join(str(error).split())
    return text if isinstance(error, TypeError) and text else f"{type(error).__name__}: {text}"


def layers_in(module: ModuleType, name: str) -> tuple[Layer, ...]:
    """The layers of a module. Raises ScenarioError if there are none, or something else is among them."""
    classes = [each for each in vars(module).values() if isclass(each) and each.__module__ == module.__name__]
    listed: Any = getattr(module, "LAYERS", None)
    if listed is None:
        listed = tuple(each for each in classes if is_layer(each))
    if not isinstance(listed, list | tuple) or not all(isclass(each) and is_layer(each) for each in listed):
        raise ScenarioError(name, "LAYERS is to be a tuple of classes marked with @replaces")
    if not listed:
        bare = [each for each in classes if issubclass(each, Part)]
        hint = f"; put @replaces({bare[0].__bases__[0].__name__}) over {bare[0].__name__}" if bare else ""
        raise ScenarioError(name, f"has no layer: no class is marked with @replaces{hint}")
    return tuple(listed)
