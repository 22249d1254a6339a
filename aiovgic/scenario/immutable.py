"""Values that cannot change in place: tasks may share them, and a cell or a fixture may hold them."""

from __future__ import annotations

import datetime as dt
import re
from collections import namedtuple
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import chain
from pathlib import PurePath
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    CodeType,
    EllipsisType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodWrapperType,
    ModuleType,
    NoneType,
    NotImplementedType,
    UnionType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ATOMS = (
    *(int, float, complex, str, bytes, range, slice, NoneType, EllipsisType, NotImplementedType),
    *(Decimal, Fraction, UUID, PurePath, re.Pattern),
    *(dt.date, dt.time, dt.timedelta, dt.tzinfo),
)
"""Types of values that have no parts that could change."""

CODE = (
    *(type, ModuleType, CodeType, BuiltinFunctionType, MethodWrapperType, GenericAlias, UnionType, TypeVar),
    *(MemberDescriptorType, GetSetDescriptorType, WrapperDescriptorType, MethodDescriptorType),
    *(ClassMethodDescriptorType, type(vars(namedtuple("_Fields", "name"))["name"])),  # noqa: PYI024  its type is used
)
"""Types of values that are code, or stand for types."""


OF_MEMBERS = ("__objclass__", "_name_", "_sort_order_", "_inverted_")
"""Attributes of each member of an enumeration that Python sets and never changes, or that refer to another member."""

IN_SET = "[...]"
"""How an element of a set is written: sets have no order that two processes share."""


def is_immutable(value: object) -> bool:
    """Whether nothing in a value can change. Of a function its closure and its defaults count, its globals do not."""
    todo = [value]
    met: dict[int, object] = {}
    while todo:
        each = todo.pop()
        if id(each) in met or is_atom(each) or isinstance(each, CODE):
            continue
        met[id(each)] = each
        if isinstance(each, FunctionType):
            cells = [cell.cell_contents for cell in each.__closure__ or ()]
            todo += [*cells, *(each.__defaults__ or ()), *(each.__kwdefaults__ or {}).values()]
            continue
        parts = parts_of(each)
        if parts is None:
            return False
        todo += [part for _, part in parts]
    return True


def is_atom(value: object) -> bool:
    """Whether a value is a number, a text, a member of an enumeration or the like, or a sentinel."""
    if isinstance(value, Enum):
        return all(is_atom(each) for _, each in member_parts(value))
    if type(value) is object:
        return True
    return isinstance(value, ATOMS) and not getattr(value, "__dict__", None)


def parts_of(value: Any) -> Iterator[tuple[str, object]] | None:
    """The parts of a value that cannot change itself, each with how it is written behind the value; None if it can."""
    if isinstance(value, Enum):
        return member_parts(value)
    if isinstance(value, tuple | frozenset) and getattr(value, "__dict__", None):
        return None
    if isinstance(value, tuple):
        return ((f"[{number}]", each) for number, each in enumerate(value))
    if isinstance(value, frozenset):
        return ((IN_SET, each) for each in value)
    if isinstance(value, MappingProxyType):
        return ((at_key(key), each) for key, each in value.items())
    if isinstance(value, type):
        return None
    if is_dataclass(value) and getattr(type(value), "__dataclass_params__").frozen:  # noqa: B009  mypy knows no such name
        declared = [each.name for each in fields(value) if hasattr(value, each.name)]
        return chain(((f".{name}", getattr(value, name)) for name in declared), added_to(value, declared))
    if getattr(getattr(value, "__struct_config__", None), "frozen", False):
        return ((f".{name}", getattr(value, name)) for name in value.__struct_fields__)
    return None


def member_parts(value: Enum) -> Iterator[tuple[str, object]]:
    """The value of a member of an enumeration, and its attributes."""
    return (
        (".value" if name == "_value_" else f".{name}", each)
        for name, each in vars(value).items()
        if name not in OF_MEMBERS
    )


def added_to(value: Any, declared: Sequence[str]) -> Iterator[tuple[str, object]]:
    """The attributes of an instance that are no fields: a cached property."""
    added = getattr(value, "__dict__", None) or {}
    return ((f".{name}", each) for name, each in added.items() if name not in declared)


def at_key(key: object) -> str:
    """How an entry of a mapping is written behind it; of a key that is no plain value only the type is told."""
    return f"[{key!r}]" if is_atom(key) and type(key) is not object else f"[a {type(key).__name__}]"
