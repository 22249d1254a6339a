"""Guarded fields: plain state, with the lock that guards it said where it is declared.

Live, a guarded field is an ordinary attribute: the descriptor below has no ``__set__``, so the
instance's own value hides it. When an engine wants notes, `Parts` puts a noting descriptor of
the same name in front (`noted`), and every read and write is told to the runtime.
Notes are checked by happens-before; they are never points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aiovgic.sync.parts import Part

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

By = str | tuple[str, ...]


class Guarded(Generic[T]):
    """A plain field with a default. ``by`` names its lock (or locks), for reports only.

    ``known`` cites the fact that KVM touches this field without its lock, knowingly: a race
    on it is listed as known.
    """

    def __init__(self, default: T, *, by: By, known: str = "") -> None:
        self.default = default
        self.by = by
        self.known = known
        self.field = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    @overload
    def __get__(self, part: None, owner: type) -> Guarded[T]: ...
    @overload
    def __get__(self, part: Part, owner: type) -> T: ...
    def __get__(self, part: Part | None, owner: type) -> Guarded[T] | T:
        return self if part is None else self.default

    def noted(self) -> object:
        """The descriptor that notes, for `Parts` to put in front of this one."""
        return NotedField(self.field, self.default)


class NotedField:
    """A guarded field whose every access is noted."""

    def __init__(self, field: str, default: object) -> None:
        self.field = field
        self.default = default

    def __get__(self, part: Part | None, owner: type) -> Any:
        if part is None:
            return self
        part.rt.note(part, self.field, "read")
        return part.__dict__.get(self.field, self.default)

    def __set__(self, part: Part, value: object) -> None:
        part.rt.note(part, self.field, "write")
        part.__dict__[self.field] = value


class GuardedList(Generic[T]):
    """A guarded list, empty at first. Live it is a plain ``list``."""

    def __init__(self, *, by: By) -> None:
        self.by = by
        self.field = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    @overload
    def __get__(self, part: None, owner: type) -> GuardedList[T]: ...
    @overload
    def __get__(self, part: Part, owner: type) -> list[T]: ...
    def __get__(self, part: Part | None, owner: type) -> GuardedList[T] | list[T]:
        if part is None:
            return self
        made: list[T] = NotedList(part, self.field) if part.parts.noting else []
        part.__dict__[self.field] = made
        return made


class GuardedMap(Generic[K, V]):
    """A guarded map, empty at first. Live it is a plain ``dict``; order is insertion's."""

    def __init__(self, *, by: By) -> None:
        self.by = by
        self.field = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    @overload
    def __get__(self, part: None, owner: type) -> GuardedMap[K, V]: ...
    @overload
    def __get__(self, part: Part, owner: type) -> dict[K, V]: ...
    def __get__(self, part: Part | None, owner: type) -> GuardedMap[K, V] | dict[K, V]:
        if part is None:
            return self
        made: dict[K, V] = NotedMap(part, self.field) if part.parts.noting else {}
        part.__dict__[self.field] = made
        return made


def _noting(base: type, reads: Iterable[str], writes: Iterable[str]) -> Callable[[type], type]:
    """Class decorator: wrap ``base``'s methods so that each notes a read or a write first."""

    def wrap(name: str, access: str) -> Callable[..., Any]:
        plain = getattr(base, name)

        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            part = self.part
            part.rt.note(part, self.field, access)
            return plain(self, *args, **kwargs)

        method.__name__ = name
        return method

    def decorate(cls: type) -> type:
        for access, names in (("read", reads), ("write", writes)):
            for name in names:
                setattr(cls, name, wrap(name, access))
        return cls

    return decorate


_LIST_READS = ("__contains__", "__getitem__", "__iter__", "__len__", "__reversed__", "count", "index")
_LIST_WRITES = (
    "__delitem__",
    "__setitem__",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "sort",
)
_MAP_READS = ("__contains__", "__getitem__", "__iter__", "__len__", "get", "items", "keys", "values")
_MAP_WRITES = ("__delitem__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update")


@_noting(list, _LIST_READS, _LIST_WRITES)
class NotedList(list[T]):
    """A list that notes a read of the whole for each look, a write for each change."""

    def __init__(self, part: Part, field: str) -> None:
        super().__init__()
        self.part = part
        self.field = field


@_noting(dict, _MAP_READS, _MAP_WRITES)
class NotedMap(dict[K, V]):
    """A dict that notes a read of the whole for each look, a write for each change."""

    def __init__(self, part: Part, field: str) -> None:
        super().__init__()
        self.part = part
        self.field = field


def guarded_fields(cls: type) -> Iterator[Guarded[Any]]:
    """The scalar guarded fields a class has, its bases' included, in order of declaration."""
    seen: dict[str, Guarded[Any]] = {}
    for base in reversed(cls.__mro__):
        for name, value in base.__dict__.items():
            if isinstance(value, Guarded):
                seen[name] = value
    yield from seen.values()
