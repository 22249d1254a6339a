"""The guard against hidden state: in a race, code of a user's layer sets no plain attribute of a part.

The search sees operations and declared fields only. A plain attribute that a layer sets would make it skip
orders that matter. Layers of the package are not guarded: the announcement audit checks them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiovgic.errors import ScenarioError
from aiovgic.record.bytecode import facts_of
from aiovgic.sync.guarded import Declared
from aiovgic.sync.layers import base_of, declarations, functions_of
from aiovgic.sync.own import OwnThing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiovgic.sync.parts import Layer, Part

PACKAGE = str(Path(__file__).parents[1])
PREFIX = "aiovgic."


def of_users(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers that are not of the package."""
    return tuple(layer for layer in layers if not layer.__module__.startswith(PREFIX))


def set_by_bases(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Plain attributes that the replaced classes set themselves outside ``__init__``: an override may set them too."""
    functions = (each for layer in layers for each in functions_of(base_of(layer) or layer))
    written = (facts_of(each.__code__).attribute_stores for each in functions if each.__name__ != "__init__")
    return tuple(dict.fromkeys(name for stores in written for _, name in stores))


def guard_against(layers: Sequence[Layer]) -> Callable[[Part, str, Any], None] | None:
    """The ``__setattr__`` of guarded parts; None where no layer is a user's."""
    guarded = of_users(layers)
    if not guarded:
        return None
    allowed = set_by_bases(guarded)

    def set_attribute(part: Part, name: str, value: Any) -> None:
        code = sys._getframe(1).f_code  # noqa: SLF001  the caller is what is looked for
        if not code.co_filename.startswith(PACKAGE) and part.rt.racing and name not in allowed:
            declared = getattr(type(part), name, None)
            if not isinstance(declared, Declared | OwnThing):
                raise hidden_state(sys._getframe(1), f"the plain attribute {name!r} of {part.name}", name)  # noqa: SLF001
        object.__setattr__(part, name, value)

    return set_attribute


def hidden_state(frame: Any, what: str, name: str) -> ScenarioError:
    """The error about a place in a layer that changes what the search cannot see."""
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return undeclared(place, frame.f_code.co_qualname, what, declarations(name))


def undeclared(place: str, changer: str, what: str, written: str) -> ScenarioError:
    """The error about state that a layer changes in a race; it is declared as ``written``."""
    hint = f"declare it in the class of the layer: {written}"
    return ScenarioError(place, f"{changer} changes {what} in a race, which the search does not see; {hint}")
