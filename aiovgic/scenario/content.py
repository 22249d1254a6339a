"""What objects of a test hold: elements, attributes, variables of a closure, defaults, and what C code refers to."""

from __future__ import annotations

import gc
import weakref
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiovgic.scenario.immutable import IN_SET, at_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FunctionType

CONTAINERS = (list, dict, set, deque, bytearray)
"""Containers that change in place."""


def content_of(value: Any) -> Iterator[tuple[str, object]]:
    """What an object that can change holds: elements of a container, and attributes."""
    if isinstance(value, dict):
        for key, each in dict.items(value):
            yield from ((at_key(key), key), (at_key(key), each))
    elif isinstance(value, list | deque):
        yield from ((f"[{number}]", each) for number, each in enumerate(value))
    elif isinstance(value, set):
        yield from ((IN_SET, each) for each in value)
    yield from ((f".{name}", each) for name, each in attributes_of(value))


def hidden_content_of(value: Any) -> Iterator[object]:
    """What an object refers to that has neither elements nor attributes: an iterator, a weak reference, a view."""
    if isinstance(value, weakref.ref):
        yield value()
    elif type(value) in weakref.ProxyTypes:
        yield value.__init__.__self__
    elif is_opaque(value):
        yield from gc.get_referents(value)


def is_opaque(value: object) -> bool:
    """Whether an object shows neither elements nor attributes."""
    return not isinstance(value, CONTAINERS) and not any(attributes_of(value))


def is_empty(value: object) -> bool:
    """Whether an object is an instance of classes that are written in Python, and has no attributes now."""
    return not any(attributes_of(value)) and all(is_python(cls) for cls in type(value).__mro__[:-1])


def is_python(cls: type) -> bool:
    """Whether a class is written in Python: its instances keep what they hold in attributes."""
    return "__dict__" in vars(cls) or "__slots__" in vars(cls)


def attributes_of(value: Any) -> Iterator[tuple[str, object]]:
    """The attributes of an instance, in its dictionary and in slots; no code of its class is called for them."""
    with suppress(AttributeError):
        yield from tuple(object.__getattribute__(value, "__dict__").items())
    for cls in type(value).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            with suppress(AttributeError):
                if name not in ("__dict__", "__weakref__"):
                    yield name, object.__getattribute__(value, name)


def defaults_of(function: FunctionType) -> Iterator[tuple[str, object]]:
    """The parameters of a function that have defaults, with these."""
    code, defaults = function.__code__, function.__defaults__ or ()
    yield from zip(code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount], defaults, strict=True)
    yield from (function.__kwdefaults__ or {}).items()


def wrapped_by(value: Any) -> Iterator[object]:
    """The functions that a static or class method, a property or a cached function calls."""
    names = ("__func__", "fget", "fset", "fdel", "func", "__wrapped__")
    return (getattr(value, name) for name in names if hasattr(value, name))


def holds(cell: Any) -> bool:
    """Whether a cell of a closure has a value."""
    try:
        cell.cell_contents  # noqa: B018  reading it is the test
    except ValueError:
        return False
    return True
