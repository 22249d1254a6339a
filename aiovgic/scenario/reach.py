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
from enum import Enum
from functools import cache, cached_property, partial
from pathlib import Path, PurePath
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from aiovgic.record.bytecode import facts_of
from aiovgic.scenario.content import content_of, defaults_of, hidden_content_of, holds, is_empty, wrapped_by
from aiovgic.scenario.escapes import (
    FILES,
    Escape,
    builtin,
    escapes,
    harmful_attribute,
    home_of,
    is_standard,
    named_by,
    partly,
    place_in,
)
from aiovgic.scenario.immutable import CODE, is_atom, parts_of
from aiovgic.scenario.owners import imported, owner_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.record.bytecode import CodeFacts

MOST = 10_000
"""Objects that a walk visits at most."""

PACKAGE = "aiovgic"
CACHED = type(cache(lambda: None))
"""What `functools.cache` makes of a function; `cached_results` looks at the results that it keeps."""

WRAPPERS = (staticmethod, classmethod, property, cached_property, CACHED)
LOGGERS = (logging.Logger, logging.LoggerAdapter)
HAS_HOME = (FunctionType, BuiltinFunctionType, type, ModuleType)
"""Types of code that says which module it is of."""

INSTALLED = ("site-packages", "dist-packages")
WRITES_ANY = ("setattr", "delattr", "vars", "__dict__", "__setattr__")
"""Names whose use may set any attribute."""


OF_PYTEST = "@"
"""How names begin that pytest puts into an ``assert``: it looks at local variables to show them."""


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
        self.uses: dict[str, str] = {}
        """Where code first loads each of them."""
        self.strings: dict[str, None] = {}
        """String constants of the code."""
        self.sets_attributes = False
        self.stored: dict[str, None] = {}
        """Attributes that code sets on what is neither a class, a module nor a function that it names."""
        self.deletes = False
        """Whether code deletes one of these: it may have set it before."""
        self.paths = False
        """Whether a path of the file system was met."""
        self.more = False
        """Whether the walk ended at its limit."""
        self.classes: dict[type, None] = {}
        self.modules: dict[ModuleType, None] = {}
        self.functions: dict[FunctionType, None] = {}
        self.caches: dict[int, Any] = {}
        """Functions of the user's with kept results, by identity."""
        self.escapes: dict[str, Escape] = {}
        """Code that can reach state which this walk does not find, by what it is called."""
        self.places: dict[int, str] = {}
        """Where code first names a value, by its identity."""
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
                self.paths |= isinstance(value, Path) or (isinstance(value, type) and issubclass(value, Path))
                try:
                    self.visit(value, route, within)
                except Exception:  # noqa: BLE001  an object of a test may do anything when it is looked at
                    self.objects[id(value)] = Found(value, route, within)
            self.look_up_names()
            if not self.todo:
                break
        self.escape(*(Escape(f"`Path.{name}`", self.uses[name]) for name in FILES if self.paths and name in self.uses))

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
        if isinstance(value, HAS_HOME) and not is_users(home_of(value)[0]):
            self.look_for_escape(value, route)
        match value:
            case FunctionType():
                self.function(value, within)
            case BuiltinFunctionType():
                if not isinstance(value.__self__, ModuleType | type):
                    self.todo.append((value.__self__, route, within))
            case type():
                for cls in (value, type(value)):
                    self.classes.update((each, None) for each in cls.__mro__ if is_users(each.__module__))
                if issubclass(value, Enum):
                    self.members(value)
            case ModuleType():
                if is_users(value.__name__):
                    self.modules[value] = None

    def members(self, of: type[Enum]) -> None:
        """All members of an enumeration: code finds them by their values, and in loops."""
        route = Route("class attribute", of.__name__)
        self.todo += [(each, route.to(f".{name}"), None) for name, each in of.__members__.items()]

    def is_new(self, value: object) -> bool:
        """Whether a value is to be followed and was not."""
        return (not is_atom(value) or is_member(value)) and id(value) not in self.met and not is_tracked(value)

    def function(self, function: FunctionType, within: int | None) -> None:
        """What the code of a function reaches, if it is code of the user's."""
        wrapped = getattr(function, "__wrapped__", None)
        self.todo.append((wrapped, Route("", getattr(wrapped, "__name__", "")), within))
        if not is_users(str(function.__globals__.get("__name__", ""))):  # a wrapper's __module__ is not its own
            return
        self.functions[function] = None
        self.objects[id(function)] = Found(function, Route("attributes of", function.__name__), within)
        facts = facts_of(function.__code__)
        self.names.update(dict.fromkeys(facts.attributes))
        for name in facts.attributes:
            self.uses.setdefault(name, place_in(function, facts, name))
        self.strings.update(dict.fromkeys(facts.strings))
        self.sets_attributes |= bool(facts.attribute_stores) or any(name in WRITES_ANY for name in facts.global_loads)
        self.escape(*named_by(function, facts))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.variable(cell, name, Route("closure variable", name), is_set=name in facts.cell_stores)
            if holds(cell):
                route = self.route_of(name, cell.cell_contents, "closure variable")
                self.named(function, facts, name, cell.cell_contents, route, within)
        self.globals_of(function, facts, within)
        for name, value in defaults_of(function):
            self.todo.append((value, Route("default of", name), within))
        for name in facts.imports:
            self.named(function, facts, name, imported(function, name), Route("module", name), within)
        self.attributes_of_owners(function, facts)

    def globals_of(self, function: FunctionType, facts: CodeFacts, within: int | None) -> None:
        """The global variables that the code of a function names, and functions of Python itself."""
        space = function.__globals__
        for name in (*facts.global_loads, *facts.global_stores):
            if name.startswith(OF_PYTEST):
                continue
            if name in space or name in facts.global_stores:
                self.variable(space, name, Route("global", name), is_set=name in facts.global_stores)
                self.named(function, facts, name, space.get(name), Route("global", name), within)
            else:
                self.named(function, facts, name, builtin(name), Route("", name), within)

    def named(
        self, function: FunctionType, facts: CodeFacts, name: str, value: object, route: Route, within: int | None
    ) -> None:
        """What code names is followed; a module only if it is used for more than its attributes."""
        self.places.setdefault(id(value), place_in(function, facts, name))
        if isinstance(value, ModuleType) and not is_users(value.__name__) and name not in facts.bare:
            followed = name in facts.imports and not partly(value)
            if not followed:
                return
        self.todo.append((value, route, within))

    def escape(self, *found: Escape) -> None:
        """Keep escapes; of each the first place that is known."""
        for each in found:
            known = self.escapes.get(each.what)
            if known is None or not known.place:
                self.escapes[each.what] = each

    def look_for_escape(self, value: Any, route: Route) -> None:
        """Keep a function, class or module that is not the user's if it is an escape."""
        what = escapes(value)
        if what:
            place = self.places.get(id(value), "")
            self.escape(Escape(f"`{what}`" if place or not route.path else f"`{what}` by {route}", place))

    def route_of(self, name: str, value: object, kind: str) -> Route:
        """The route to what a closure variable holds: a test's ``self`` is called that."""
        return Route("", "self", f" of {type(value).__name__}") if name == "self" else Route(kind, name)

    def attributes_of_owners(self, function: FunctionType, facts: CodeFacts) -> None:
        """Attributes of modules that code loads, and those of classes, modules and functions that it sets."""
        for owner, name in facts.attribute_loads:
            if owner.startswith(OF_PYTEST):
                continue
            module = owner_of(function, owner, facts)
            if isinstance(module, ModuleType):
                if not is_users(module.__name__) and self.escapes_by(module, name, function, facts):
                    continue
                self.attribute(module, name, is_set=False)
                self.todo.append((vars(module).get(name), module_route(module, name), None))
        for owner, name in facts.attribute_stores:
            value = owner_of(function, owner, facts)
            if isinstance(value, type | ModuleType | FunctionType):
                self.attribute(value, name, is_set=True)
                continue
            if isinstance(value, LOGGERS):
                self.escape(Escape(f"attribute `{name}` of a logger", place_in(function, facts, name)))
            self.stored[name] = None
            self.deletes |= name in facts.deletes
            if owner in ("", "cls"):
                self.unbound[name] = None

    def escapes_by(self, module: ModuleType, name: str, function: FunctionType, facts: CodeFacts) -> bool:
        """Keep an attribute of a module that is not the user's if it is an escape; whether it is one."""
        place = place_in(function, facts, name)
        self.places.setdefault(id(vars(module).get(name)), place)
        what = harmful_attribute(module, name)
        if what:
            self.escape(Escape(f"`{what}`", place))
        return bool(what)

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
        """An object: one that can change is kept, and all parts are followed, unless it is an escape itself."""
        kind = type(value)
        if is_standard(kind.__module__) and escapes(kind):
            self.escape(Escape(f"{route} (a `{escapes(kind)}`)"))
            return
        if is_standard(kind.__module__) and is_empty(value):
            return  # a sentinel
        parts = parts_of(value)
        if is_member(value):
            self.objects[id(value)] = Found(value, route, within)
        if parts is None:
            self.objects[id(value)] = Found(value, route, within)
            within = id(value)
            parts = content_of(value)
            self.todo += [(each, route, within) for each in hidden_content_of(value)]
        self.todo += [(part, route.to(written), within) for written, part in parts]
        self.todo.append((type(value), route, within))


def module_route(module: ModuleType, name: str) -> Route:
    """The route to an attribute of a module."""
    return Route("module attribute", f"{module.__name__}.{name}")


def is_member(value: object) -> bool:
    """Whether a value is a member of an enumeration of the user's: code may set attributes on it."""
    return isinstance(value, Enum) and is_users(type(value).__module__)


def is_tracked(value: object) -> bool:
    """Whether the search knows what is done to an object, or no task reads from it: a logger."""
    home = type(value).__module__
    return home.partition(".")[0] in (PACKAGE, "typing") or isinstance(value, LOGGERS)


@cache
def is_users(module: str) -> bool:
    """Whether code of a module is the user's: not of the standard library, this package or an installed one."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top == PACKAGE:
        return False
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return not any(part in INSTALLED for part in PurePath(file).parts)
