"""What a task written in Python can reach: the mutable objects and the variables outside of its own locals.

The walk begins at the task's function and its arguments. It follows closures, global names, attributes of
modules and classes that the code names, ``self``, arguments, defaults, and through functions and objects to what
they refer to. Functions of the standard library, of installed packages and of this package are not followed.
Objects of this package are the machine, or handles of it: the search knows what is done to them.
"""

from __future__ import annotations

import logging
import sys
from collections import deque
from contextlib import suppress
from functools import cache, cached_property, partial
from importlib import import_module
from pathlib import PurePath
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from aiovgic.record.bytecode import facts_of
from aiovgic.scenario.immutable import CODE, IN_SET, at_key, is_atom, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.record.bytecode import CodeFacts

MOST = 10_000
"""Objects that a walk visits at most."""

PACKAGE = "aiovgic"
CACHED = type(cache(lambda: None))
"""What `functools.cache` makes of a function; `cached_results` looks at the results that it keeps."""

WRAPPERS = (staticmethod, classmethod, property, cached_property, CACHED)
INSTALLED = ("site-packages", "dist-packages")
WRITES_ANY = ("setattr", "delattr", "vars", "__dict__", "__setattr__")
"""Names whose use may set any attribute."""


class Route(NamedTuple):
    """How a task reaches something: a word such as 'global', an expression, and the class of ``self``."""

    kind: str
    path: str
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.kind} `{self.path}`{self.owner}".strip()

    def to(self, part: str) -> Route:
        """The route on to a part, which is written behind the expression."""
        return self._replace(path=self.path + part)


class Found(NamedTuple):
    """A mutable object, how it is reached, and the mutable object that it is reached through, if there is one."""

    value: object
    route: Route
    within: int | None


class Variable(NamedTuple):
    """A variable or attribute that code names: where it is kept, its name, how it is reached, whether code sets it."""

    space: object
    name: str
    route: Route
    is_set: bool

    @property
    def value(self) -> object:
        """What it holds now."""
        if isinstance(self.space, dict):
            return self.space.get(self.name)
        if isinstance(self.space, CellType):
            return self.space.cell_contents if holds(self.space) else None
        return getattr(self.space, self.name, None)


class Reach:
    """What can be reached from one task's function and arguments."""

    def __init__(self, function: object, args: Sequence[object] = (), fields: dict[str, object] | None = None) -> None:
        self.objects: dict[int, Found] = {}
        """Mutable objects by identity, in the order they are met."""
        self.variables: dict[tuple[int, str], Variable] = {}
        self.names: dict[str, None] = {}
        """Attributes that the code loads."""
        self.strings: dict[str, None] = {}
        """String constants of the code."""
        self.sets_attributes = False
        self.more = False
        """Whether the walk ended at its limit."""
        self.classes: dict[type, None] = {}
        self.modules: dict[ModuleType, None] = {}
        self.functions: dict[FunctionType, None] = {}
        self.caches: dict[int, Any] = {}
        """Functions of the user's with kept results, by identity."""
        self.unbound: dict[str, None] = {}
        """Attributes that code sets on something that is no local variable and no global name."""
        self.met: dict[int, object] = {}
        self.todo: deque[tuple[object, Route, int | None]] = deque()
        self.call(function, args, fields or {}, None)
        self.walk()

    def walk(self) -> None:
        """Follow everything, then the attributes of classes and modules that code names, until nothing is new."""
        while True:
            while self.todo:
                if len(self.met) >= MOST:
                    self.more = True
                    return
                value, route, within = self.todo.popleft()
                try:
                    self.visit(value, route, within)
                except Exception:  # noqa: BLE001  an object of a test may do anything when it is looked at
                    self.objects[id(value)] = Found(value, route, within)
            self.look_up_names()
            if not self.todo:
                return

    def call(self, function: object, args: Sequence[object], fields: dict[str, object], within: int | None) -> None:
        """A function with its arguments."""
        code = getattr(getattr(function, "__func__", function), "__code__", None)
        names = () if code is None else code.co_varnames[isinstance(function, MethodType) : code.co_argcount]
        self.todo.append((function, Route("", "self", f" of {type(function).__name__}"), within))
        for number, each in enumerate(args):
            name = names[number] if number < len(names) else str(number + 1)
            self.todo.append((each, Route("argument", name), within))
        for name, each in fields.items():
            self.todo.append((each, Route("argument", name), within))

    def visit(self, value: Any, route: Route, within: int | None) -> None:
        """One value."""
        if not self.is_new(value):
            return
        self.met[id(value)] = value
        match value:
            case MethodType():
                self.todo.append((value.__self__, Route("", "self", f" of {type(value.__self__).__name__}"), within))
                if not is_tracked(value.__self__):
                    self.todo.append((value.__func__, route, within))
            case partial():
                self.call(value.func, value.args, value.keywords, within)
            case _ if isinstance(value, WRAPPERS):
                if isinstance(value, CACHED) and is_users(value.__module__):
                    self.caches[id(value)] = value
                self.todo += [(each, route, within) for each in wrapped_by(value)]
            case _ if isinstance(value, (*CODE, FunctionType)):
                self.code(value, route, within)
            case _:
                self.data(value, route, within)

    def code(self, value: Any, route: Route, within: int | None) -> None:
        """A function, a class or a module; other code is not followed."""
        match value:
            case FunctionType():
                self.function(value, within)
            case BuiltinFunctionType():
                if not isinstance(value.__self__, ModuleType | type):
                    self.todo.append((value.__self__, route, within))
            case type():
                for cls in (value, type(value)):
                    self.classes.update((each, None) for each in cls.__mro__ if is_users(each.__module__))
            case ModuleType():
                if is_users(value.__name__):
                    self.modules[value] = None

    def is_new(self, value: object) -> bool:
        """Whether a value is to be followed and was not."""
        return not is_atom(value) and id(value) not in self.met and not is_tracked(value)

    def function(self, function: FunctionType, within: int | None) -> None:
        """What the code of a function reaches, if it is code of the user's."""
        wrapped = getattr(function, "__wrapped__", None)
        self.todo.append((wrapped, Route("", getattr(wrapped, "__name__", "")), within))
        if not is_users(str(function.__globals__.get("__name__", ""))):  # a wrapper's __module__ is not its own
            return
        self.functions[function] = None
        facts = facts_of(function.__code__)
        self.names.update(dict.fromkeys(facts.attributes))
        self.strings.update(dict.fromkeys(facts.strings))
        self.sets_attributes |= bool(facts.attribute_stores) or any(name in WRITES_ANY for name in facts.global_loads)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.variable(cell, name, Route("closure variable", name), is_set=name in facts.cell_stores)
            if holds(cell):
                self.todo.append(
                    (cell.cell_contents, self.route_of(name, cell.cell_contents, "closure variable"), within)
                )
        space = function.__globals__
        for name in (*facts.global_loads, *facts.global_stores):
            if name in space or name in facts.global_stores:
                self.variable(space, name, Route("global", name), is_set=name in facts.global_stores)
                self.todo.append((space.get(name), Route("global", name), within))
        for name, value in defaults_of(function):
            self.todo.append((value, Route("default of", name), within))
        self.todo += [(imported(function, name), Route("module", name), within) for name in facts.imports]
        if "globals" in facts.global_loads:
            self.objects.setdefault(id(space), Found(space, Route("", "globals()"), None))
        self.attributes_of_owners(function, facts)

    def route_of(self, name: str, value: object, kind: str) -> Route:
        """The route to what a closure variable holds: a test's ``self`` is called that."""
        return Route("", "self", f" of {type(value).__name__}") if name == "self" else Route(kind, name)

    def attributes_of_owners(self, function: FunctionType, facts: CodeFacts) -> None:
        """Attributes of modules that code loads, and those of classes, modules and functions that it sets."""
        for owner, name in facts.attribute_loads:
            module = owner_of(function, owner, facts)
            if isinstance(module, ModuleType):
                self.attribute(module, name, is_set=False)
                self.todo.append((vars(module).get(name), module_route(module, name), None))
        for owner, name in facts.attribute_stores:
            value = owner_of(function, owner, facts)
            if isinstance(value, type | ModuleType | FunctionType):
                self.attribute(value, name, is_set=True)
            elif owner in ("", "cls"):
                self.unbound[name] = None

    def attribute(self, owner: type | ModuleType | FunctionType, name: str, *, is_set: bool) -> None:
        """An attribute of a class, a module or a function."""
        kind = "class attribute" if isinstance(owner, type) else "module attribute"
        space: object = vars(owner) if isinstance(owner, ModuleType) else owner
        path = f"{owner.__name__}.{name}"
        self.variable(space, name, Route("attribute" if isinstance(owner, FunctionType) else kind, path), is_set=is_set)

    def variable(self, space: object, name: str, route: Route, *, is_set: bool) -> None:
        """A variable that code names."""
        key = id(space), name
        known = self.variables.get(key)
        route = route if known is None else known.route
        self.variables[key] = Variable(space, name, route, is_set or (known is not None and known.is_set))

    def look_up_names(self) -> None:
        """The attributes of classes and modules that code names; special methods of classes are called unnamed."""
        for cls in self.classes:
            for name, value in vars(cls).items():
                special = name.startswith("__") and isinstance(value, FunctionType)
                if name in self.names or name in self.unbound or special:
                    self.attribute(cls, name, is_set=name in self.unbound)
                    self.todo.append((value, Route("class attribute", f"{cls.__name__}.{name}"), None))
        for module in self.modules:
            for name, value in vars(module).items():
                if name in self.names:
                    self.attribute(module, name, is_set=False)
                    self.todo.append((value, module_route(module, name), None))
        for function in self.functions:
            for name, value in vars(function).items():
                if name in self.names and name != "__wrapped__":
                    self.attribute(function, name, is_set=False)
                    self.todo.append((value, Route("attribute", f"{function.__name__}.{name}"), None))
        self.todo = deque(each for each in self.todo if self.is_new(each[0]))

    def data(self, value: Any, route: Route, within: int | None) -> None:
        """An object: one that can change is kept, and all parts are followed."""
        parts = parts_of(value)
        if parts is None:
            self.objects[id(value)] = Found(value, route, within)
            within = id(value)
            parts = content_of(value)
        self.todo += [(part, route.to(written), within) for written, part in parts]
        self.todo.append((type(value), route, within))


def owner_of(function: FunctionType, name: str, facts: CodeFacts) -> object:
    """What a closure variable, a module that the code imports, or a global variable with this name holds."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    if name in cells:
        return cells[name].cell_contents if holds(cells[name]) else None
    if name in facts.imports:
        return imported(function, name)
    return None if name in function.__code__.co_varnames else function.__globals__.get(name)


def imported(function: FunctionType, name: str) -> ModuleType | None:
    """The module that a function's ``import`` gives; a module that is not there yet is imported now."""
    package = function.__globals__.get("__package__")
    known = sys.modules.get(name) or sys.modules.get(f"{package}.{name}")
    if known is None and name and name.partition(".")[0] not in sys.stdlib_module_names:
        with suppress(Exception):  # the task will say what is wrong
            known = import_module(name)
    return known


def module_route(module: ModuleType, name: str) -> Route:
    """The route to an attribute of a module."""
    return Route("module attribute", f"{module.__name__}.{name}")


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


def is_tracked(value: object) -> bool:
    """Whether the search knows what is done to an object, or no task reads from it: a logger."""
    home = type(value).__module__
    return home.partition(".")[0] in (PACKAGE, "typing") or isinstance(value, logging.Logger | logging.LoggerAdapter)


@cache
def is_users(module: str) -> bool:
    """Whether code of a module is the user's: not of the standard library, this package or an installed one."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top == PACKAGE:
        return False
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return not any(part in INSTALLED for part in PurePath(file).parts)
