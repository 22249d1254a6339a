"""Guarded fields: plain state, with the lock that guards it said where it is declared.

Live, a guarded field is an ordinary attribute: the descriptor below has no ``__set__``, so the
instance's own value hides it. When an engine wants notes, `Parts` puts a noting descriptor of
the same name in front (`noted`), and the runtime notes every read and write.
Notes are checked by happens-before; they are never points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aiovgic.sync.parts import Part

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

By = str | tuple[str, ...]


class Declared:
    """A guarded field as it is declared: its name, and the lock (or locks) that guards it.

    ``mirrored``: hardware may hold what is newer (`Part.mirror`).
    """

    def __init__(self, *, by: By, mirrored: bool = False) -> None:
        self.by = by
        self.mirrored = mirrored
        self.field = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name

    def noted(self) -> object:
        """The descriptor that notes, for `Parts` to put in front of this one."""
        raise NotImplementedError


class Guarded(Declared, Generic[T]):
    """A plain field with a default."""

    def __init__(self, default: T, *, by: By, mirrored: bool = False) -> None:
        super().__init__(by=by, mirrored=mirrored)
        self.default = default

    @overload
    def __get__(self, part: None, owner: type) -> Guarded[T]: ...
    @overload
    def __get__(self, part: Part, owner: type) -> T: ...
    def __get__(self, part: Part | None, owner: type) -> Guarded[T] | T:
        return self if part is None else self.default

    def noted(self) -> object:
        """The descriptor that notes, for `Parts` to put in front of this one."""
        return NotedField(self)


class NotedField:
    """A guarded field whose every access is noted."""

    def __init__(self, declared: Guarded[Any]) -> None:
        self.declared = declared
        self.field = declared.field
        self.default = declared.default

    def __get__(self, part: Part | None, owner: type) -> Any:
        if part is None:
            return self.declared
        rt = part.rt
        if rt.hears or part.freed:
            rt.note(part, self.declared, write=False)
        return part.__dict__.get(self.field, self.default)

    def __set__(self, part: Part, value: object) -> None:
        rt = part.rt
        if rt.hears or part.freed:
            rt.note(part, self.declared, write=True)
        part.__dict__[self.field] = value


class ToldField(NotedField):
    """A guarded field that calls its part's `wrote` after each write (`Part.HEARS`)."""

    def __set__(self, part: Part, value: object) -> None:
        before = part.__dict__.get(self.field, self.default)
        super().__set__(part, value)
        part.wrote(self.field, before)


class Constant(Guarded[T]):
    """A field whose value never changes. No lock guards it; a write is a finding."""

    def __init__(self, value: T) -> None:
        super().__init__(value, by=())

    def __set__(self, part: Part, value: T) -> None:
        raise constant_written(part, self)

    def noted(self) -> object:
        """The descriptor that notes, for `Parts` to put in front of this one."""
        return NotedConstant(self)


class NotedConstant(NotedField):
    """A constant whose every read is noted: to read it after its part was freed is a use after free."""

    def __set__(self, part: Part, value: object) -> None:
        raise constant_written(part, self.declared)


def constant_written(part: Part, field: Declared) -> Violation:
    """The finding that a constant is written."""
    thing = f"{part.name}.{field.field}"
    return Violation("publication", "constant-written", f"{thing} is written, and is declared constant", thing=thing)


class GuardedList(Declared, Generic[T]):
    """A guarded list, empty at first. Live it is a plain ``list``."""

    @overload
    def __get__(self, part: None, owner: type) -> GuardedList[T]: ...
    @overload
    def __get__(self, part: Part, owner: type) -> list[T]: ...
    def __get__(self, part: Part | None, owner: type) -> GuardedList[T] | list[T]:
        if part is None:
            return self
        made: list[T] = []
        part.__dict__[self.field] = made
        return made

    def noted(self) -> object:
        """The descriptor that notes, for `Parts` to put in front of this one."""
        return NotedContainer(self, NotedList)


class GuardedMap(Declared, Generic[K, V]):
    """A guarded map, empty at first. Live it is a plain ``dict``; order is insertion's."""

    @overload
    def __get__(self, part: None, owner: type) -> GuardedMap[K, V]: ...
    @overload
    def __get__(self, part: Part, owner: type) -> dict[K, V]: ...
    def __get__(self, part: Part | None, owner: type) -> GuardedMap[K, V] | dict[K, V]:
        if part is None:
            return self
        made: dict[K, V] = {}
        part.__dict__[self.field] = made
        return made

    def noted(self) -> object:
        """The descriptor that notes, for `Parts` to put in front of this one."""
        return NotedContainer(self, NotedMap)


class NotedContainer:
    """A guarded list or map that is noted, itself as well as what is put in its place."""

    def __init__(self, declared: Declared, container: Callable[..., Any]) -> None:
        self.declared = declared
        self.container = container

    def __get__(self, part: Part | None, owner: type) -> Any:
        if part is None:
            return self.declared
        made = part.__dict__.get(self.declared.field)
        if made is None:
            made = part.__dict__[self.declared.field] = self.container(part, self.declared)
        return made

    def __set__(self, part: Part, value: Any) -> None:
        part.rt.note(part, self.declared, write=True)
        part.__dict__[self.declared.field] = self.container(part, self.declared, value)


def _noting(base: type, reads: Iterable[str], writes: Iterable[str]) -> Callable[[type], type]:
    """Class decorator: wrap ``base``'s methods so that each notes a read or a write first."""

    def wrap(name: str, *, write: bool) -> Callable[..., Any]:
        plain = getattr(base, name)

        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            part = self.part
            if part.rt.hears or part.freed:
                part.rt.note(part, self.declared, write=write)
            return plain(self, *args, **kwargs)

        method.__name__ = name
        return method

    def decorate(cls: type) -> type:
        for write, names in ((False, reads), (True, writes)):
            for name in names:
                setattr(cls, name, wrap(name, write=write))
        return cls

    return decorate


_LIST_READS = (
    "__add__",
    "__contains__",
    "__eq__",
    "__getitem__",
    "__iter__",
    "__len__",
    "__ne__",
    "__reversed__",
    "copy",
    "count",
    "index",
)
_LIST_WRITES = (
    "__delitem__",
    "__iadd__",
    "__imul__",
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
_MAP_READS = (
    "__contains__",
    "__eq__",
    "__getitem__",
    "__iter__",
    "__len__",
    "__ne__",
    "__or__",
    "__reversed__",
    "copy",
    "get",
    "items",
    "keys",
    "values",
)
_MAP_WRITES = ("__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update")


@_noting(list, _LIST_READS, _LIST_WRITES)
class NotedList(list[T]):
    """A list that notes a read of the whole for each look, a write for each change."""

    __hash__ = None

    def __init__(self, part: Part, declared: Declared, value: Iterable[T] = ()) -> None:
        super().__init__(value)
        self.part = part
        self.declared = declared


@_noting(dict, _MAP_READS, _MAP_WRITES)
class NotedMap(dict[K, V]):
    """A dict that notes a read of the whole for each look, a write for each change."""

    __hash__ = None

    def __init__(self, part: Part, declared: Declared, value: Mapping[K, V] | None = None) -> None:
        super().__init__(value or {})
        self.part = part
        self.declared = declared


def guarded_fields(cls: type) -> Iterator[Declared]:
    """The guarded fields a class has, its bases' included, in order of declaration."""
    seen: dict[str, Declared] = {}
    for base in reversed(cls.__mro__):
        seen.update({name: value for name, value in base.__dict__.items() if isinstance(value, Declared)})
    yield from seen.values()
