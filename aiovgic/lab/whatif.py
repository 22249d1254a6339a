"""What if: a historical bug by its id, or a file of a user's own layers.

A file is Python. What it defines under ``@replaces(Base)`` are its layers, in the order they are
written; a ``LAYERS`` of its own says otherwise. It is executed, as any program is.
"""

from __future__ import annotations

import hashlib
import traceback
from dataclasses import dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from inspect import getsourcefile, isclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiovgic.bugs.catalogue import catalogue
from aiovgic.errors import ScenarioError, UsageError
from aiovgic.record.file import read_bytes
from aiovgic.sync import Part, is_layer
from aiovgic.uapi.fields import nearest, shown

if TYPE_CHECKING:
    from types import ModuleType

    from aiovgic.sync import Layer

MAX_WHATIF_BYTES = 1 << 20


@dataclass(frozen=True)
class Planted:
    """What goes over a revision: a bug or a file, by the name that a command line has for it."""

    name: str
    digest: str
    """Of the source: a replay refuses a changed one."""
    layers: tuple[Layer, ...]


def plant(name: str, *, digest: str | None = None) -> Planted:
    """The bug with this id, or the layers of this file.

    Raises UsageError for an id that there is not, and where the source has another digest than the
    one that is asked for (a file is then not executed); ScenarioError for a file that has no layers.
    """
    if is_file(name):
        return layers_of_file(name, digest)
    known = catalogue()
    if name not in known:
        hint = nearest(name, list(known)) or "; 'aiovgic bugs' shows those there are, a file's name ends in .py"
        raise UsageError(f"there is no bug {shown(name)}{hint}")
    here = digest_of(b"".join(map(source_of, known[name].layers)))
    same(name, digest, here)
    return Planted(name, here, known[name].layers)


def is_file(name: str) -> bool:
    """Whether a file is meant, not an id."""
    return name.endswith(".py") or len(Path(name).parts) > 1


def source_of(layer: Layer) -> bytes:
    """The text of the file that a layer of the package is in."""
    return Path(getsourcefile(layer) or "").read_bytes()


def digest_of(source: bytes) -> str:
    """A hash of a source."""
    return hashlib.sha256(source).hexdigest()[:16]


def same(name: str, recorded: str | None, here: str) -> None:
    """Raises UsageError, by name, if a source is not what it was."""
    if recorded not in {None, here}:
        raise UsageError(f"bug {name} was recorded with digest {recorded}; here it has {here}")


def layers_of_file(name: str, digest: str | None) -> Planted:
    """Execute a file and take its layers. Raises UsageError, ScenarioError."""
    source = read_bytes(Path(name), MAX_WHATIF_BYTES)
    here = digest_of(source)
    same(name, digest, here)
    return Planted(name, here, executed(name, source))


@cache
def executed(name: str, source: bytes) -> tuple[Layer, ...]:
    """The layers that a source defines; the same classes however often they are asked for. Raises ScenarioError."""
    spec = spec_from_file_location(f"whatif_{digest_of(source)}", name)
    assert spec is not None, name
    module = module_from_spec(spec)
    try:
        exec(compile(source, name, "exec", dont_inherit=True), vars(module))  # noqa: S102  running it is what was asked for
    except SyntaxError as error:
        raise ScenarioError(f"{name}:{error.lineno or 1}", f"is no Python: {error.msg}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  a user's code may raise anything
        raise ScenarioError(f"{name}:{line_of(error, name)}", told(error)) from None
    return layers_in(module, name)


def line_of(error: BaseException, name: str) -> int:
    """The last line of the file that an error came through."""
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
