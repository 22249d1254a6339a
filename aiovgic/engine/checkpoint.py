"""Checkpoints: save the state of a machine, and restore it.

A checkpoint walks from its roots to every object that can be reached. It saves containers, attributes
and the cells of closures. Objects keep their identity. Objects that were made after the checkpoint are dropped.
Objects that cannot change are not saved: numbers and texts, classes, frozen data.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from functools import partial
from types import BuiltinFunctionType, CoroutineType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from aiovgic.sync import Acquire, Load, TryLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIXED = (int, str, bytes, float, bool, type(None), type, Enum, ModuleType, BuiltinFunctionType, range, frozenset)
LASTING = (Acquire, TryLock, Load)
"""Operations that their things keep, to be awaited again and again."""

_SLOTS: dict[type, tuple[str, ...]] = {}
_FROZEN: dict[type, bool] = {}


class Checkpoint:
    """The saved state of every object that can be reached from ``roots``.

    Raises TypeError for a coroutine that has begun: it cannot be put back.
    """

    def __init__(self, *roots: object) -> None:
        self.seen: dict[int, object] = {}
        self.dicts: list[tuple[dict[Any, Any], dict[Any, Any]]] = []
        self.lists: list[tuple[list[Any], list[Any]]] = []
        self.others: list[tuple[Callable[[Any], object], Callable[[], object], Any]] = []
        """Sets, queues and bytes: how each is filled and emptied, and what was in it."""
        self.slots: list[tuple[Any, str, object]] = []
        self.cells: list[tuple[Any, object]] = []
        todo = list(roots)
        while todo:
            each = todo.pop()
            if not isinstance(each, FIXED) and id(each) not in self.seen:
                self.seen[id(each)] = each
                todo += self.remember(each)

    def restore(self) -> None:
        """Restore the saved state of every object."""
        for mapping, held in self.dicts:
            dict.clear(mapping)
            dict.update(mapping, held)
        for sequence, items in self.lists:
            list.__setitem__(sequence, slice(None), items)
        for fill, clear, content in self.others:
            clear()
            fill(content)
        for owner, name, value in self.slots:
            setattr(owner, name, value)
        for cell, value in self.cells:
            cell.cell_contents = value

    def remember(self, each: Any) -> Iterator[object]:
        """Save one object, if it can change. Returns the objects that it refers to."""
        if isinstance(each, dict):
            self.dicts.append((each, dict(dict.items(each))))
            yield from dict.keys(each)
            yield from dict.values(each)
        elif isinstance(each, list):
            items = list.copy(each)
            self.lists.append((each, items))
            yield from items
        elif isinstance(each, tuple):
            yield from each
        elif isinstance(each, set):
            self.others.append((each.update, each.clear, set(each)))
            yield from each
        elif isinstance(each, deque | bytearray):
            self.others.append((each.extend, each.clear, each.copy()))
            yield from each
        elif isinstance(each, CoroutineType):
            raise TypeError(f"{each.__qualname__} has begun")
        elif isinstance(each, MethodType):
            yield each.__self__
            return
        elif isinstance(each, partial):
            yield from (each.func, each.args, each.keywords)
            return
        elif isinstance(each, FunctionType):
            yield from self.closure(each)
            return
        yield from self.attributes(each)

    def closure(self, function: FunctionType) -> Iterator[object]:
        """The cells of a function, which it may change."""
        for cell in function.__closure__ or ():
            value = cell.cell_contents
            self.cells.append((cell, value))
            yield value

    def attributes(self, each: Any) -> Iterator[object]:
        """The attributes of an object, unless it is frozen."""
        cls = type(each)
        if is_frozen(cls):
            return
        held = getattr(each, "__dict__", None)
        if isinstance(held, dict):
            self.dicts.append((held, dict(held)))
            yield from held.values()
        for name in slots_of(cls):
            if hasattr(each, name):
                value = getattr(each, name)
                self.slots.append((each, name, value))
                yield value


def is_frozen(cls: type) -> bool:
    """Whether instances never change: frozen dataclasses and structs, and operations that are kept."""
    if cls not in _FROZEN:
        parameters = getattr(cls, "__dataclass_params__", None) or getattr(cls, "__struct_config__", None)
        _FROZEN[cls] = cls in LASTING or bool(parameters and parameters.frozen)
    return _FROZEN[cls]


def slots_of(cls: type) -> tuple[str, ...]:
    """The slots that instances have."""
    if cls not in _SLOTS:
        names = [vars(base).get("__slots__", ()) for base in cls.__mro__]
        flat = [name for some in names for name in ((some,) if isinstance(some, str) else some)]
        _SLOTS[cls] = tuple(name for name in flat if name not in ("__dict__", "__weakref__"))
    return _SLOTS[cls]
