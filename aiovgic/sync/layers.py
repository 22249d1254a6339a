"""What may be a layer over a part: overrides with the base's signature, and names of its own that it declares.

A layer's own state is a class attribute: `Guarded`, `GuardedList` or `GuardedMap` for what a lock guards,
`SharedField` for a word without a lock, `LockField` for a lock. Its own methods are marked with `helper`.
"""

from __future__ import annotations

import inspect
from inspect import Parameter, iscoroutinefunction
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from aiovgic.record.bytecode import facts_of
from aiovgic.sync.guarded import Declared, Guarded
from aiovgic.sync.own import MUTABLE, OwnThing
from aiovgic.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aiovgic.sync.parts import Part

PartT = TypeVar("PartT", bound="Part")
MethodT = TypeVar("MethodT", bound="Callable[..., Any]")

HELPER = "__helper_of_layer__"
REFUSED = ("__init__", "__new__", "__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__slots__")
POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)

_BASES: dict[type[Any], type[Any]] = {}
"""What each layer replaces."""


class LayerError(TypeError):
    """A class is no layer.

    ``line`` is the line of the function that is wrong, 0 if no function is; ``name`` is the name in the class.
    """

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line
        self.name = ""


def helper(method: MethodT) -> MethodT:
    """Declare a method of a layer that replaces nothing: the layer's own code calls it."""
    setattr(method, HELPER, True)
    return method


def replaces(base: type[PartT]) -> Callable[[type[PartT]], type[PartT]]:
    """Mark a class as a layer over ``base``: a direct subclass without an ``__init__``.

    Each of its names replaces one of ``base``, or is declared as the layer's own. Raises LayerError.
    """

    def check(layer: type[PartT]) -> type[PartT]:
        if base in _BASES:
            raise LayerError(f"{layer.__name__} is over {base.__name__}, a layer itself; let it replace the base")
        if layer.__bases__ != (base,):
            raise LayerError(f"{layer.__name__} must be a direct subclass of {base.__name__}")
        for name, value in vars(layer).items():
            if name in REFUSED:
                raise LayerError(f"{layer.__name__} must not have an {name}", line_of(value))
            try:
                if not name.startswith("__"):
                    check_name(layer, base, name, value)
            except LayerError as error:
                error.name = name
                raise
        _BASES[layer] = base
        return layer

    return check


def base_of(layer: type[Any]) -> type[Any] | None:
    """The class that a layer replaces; None for a class that is no layer."""
    return _BASES.get(layer)


def clash(layers: Sequence[type[Any]]) -> str:
    """What two layers over one class declare under one name, in words; empty if there is nothing."""
    declared: dict[tuple[type[Any], str], str] = {}
    for layer in layers:
        for name, value in vars(layer).items():
            if is_helper(value) or (isinstance(value, Declared | OwnThing) and not hasattr(_BASES[layer], name)):
                other = declared.setdefault((_BASES[layer], name), layer.__name__)
                if other != layer.__name__:
                    return f"{other} and {layer.__name__} both declare {name!r}; take another name in one of them"
    return ""


def is_layer(cls: type[Any]) -> bool:
    """Whether a class is marked with `replaces`."""
    return cls in _BASES


# -- the names of a layer ------------------------------------------------------------------------------


def check_name(layer: type[Any], base: type[Any], name: str, value: object) -> None:
    """Check one name of a layer: an override, or a declaration. Raises LayerError."""
    called, declared = f"{layer.__name__}.{name}", isinstance(value, Declared | OwnThing)
    line = line_of(value)
    if not declared and is_helper(value):
        if hasattr(base, name):
            raise LayerError(f"{called} is in {base.__name__} already: take @helper away, or another name", line)
        return
    if declared and name in set_by_init(base):
        raise LayerError(f"{called} hides an attribute that {base.__name__} sets itself; take another name", line)
    if isinstance(value, Guarded) and isinstance(value.default, MUTABLE):
        kind = "GuardedMap" if isinstance(value.default, dict) else "GuardedList"
        raise LayerError(f"{called} changes in place: declare it as {name} = {kind}(by=...)", line)
    if declared and not hasattr(base, name):
        return
    if not hasattr(base, name):
        known = [each for each in dir(base) if not each.startswith("__")]
        hint = nearest(name, known) or f"; {how_to_declare(name, value)}"
        raise LayerError(f"{called} replaces nothing: {base.__name__} has no such name{hint}", line)
    check_override(called, base, getattr(base, name), value, line)


def how_to_declare(name: str, value: object) -> str:
    """What a layer writes to have a name of its own."""
    if callable(value):
        return "put @helper over a method of the layer's own"
    return f"a layer declares its own state: {declarations(name)}"


def declarations(name: str, *, container: bool = False) -> str:
    """The declarations of a field with this name, one for each kind of state."""
    if container:
        return f'{name} = GuardedList(by="LOCK") or {name} = GuardedMap(by="LOCK")'
    return f'{name} = Guarded(VALUE, by="LOCK") or {name} = SharedField(VALUE)'


def check_override(called: str, base: type[Any], was: object, value: object, line: int) -> None:
    """Check that what replaces a name of the base can be used as it is used. Raises LayerError."""
    if callable(was) and not callable(value) and not isinstance(value, staticmethod | classmethod):
        raise LayerError(f"{called} is to be a method, as in {base.__name__}", line)
    if iscoroutinefunction(was) != iscoroutinefunction(value):
        what = "is to be 'async def'" if iscoroutinefunction(was) else "is not to be 'async def'"
        raise LayerError(f"{called} {what}, as in {base.__name__}", line)
    if isinstance(was, FunctionType) and isinstance(value, FunctionType) and not accepts(value, was):
        takes, of_base = parameters(value), parameters(was)
        raise LayerError(f"{called} takes ({takes}); {base.__name__}.{was.__name__} takes ({of_base})", line)


def accepts(method: FunctionType, of_base: FunctionType) -> bool:
    """Whether a method can be called in each way in which the base's method can be called.

    A leading underscore of a parameter's name, which says that it is not used, makes no difference.
    """
    mine = {name.lstrip("_"): each for name, each in inspect.signature(method).parameters.items()}
    kinds = [each.kind for each in mine.values()]
    theirs = {name.lstrip("_"): each for name, each in inspect.signature(of_base).parameters.items()}
    order = [name for name, each in mine.items() if each.kind in POSITIONAL]
    for place, (name, each) in enumerate(theirs.items()):
        if each.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            if each.kind not in kinds:
                return False
            continue
        if each.kind in POSITIONAL and Parameter.VAR_POSITIONAL not in kinds and place >= len(order):
            return False
        if place and name not in mine and Parameter.VAR_KEYWORD not in kinds:
            return False
        if place and each.kind in POSITIONAL and name in order and order.index(name) != place:
            return False
        if each.default is not Parameter.empty and name in mine and mine[name].default is Parameter.empty:
            return False
    needed = [name for name, each in mine.items() if each.default is Parameter.empty]
    variable = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return all(name in theirs or mine[name].kind in variable or name == order[0] for name in needed)


def parameters(method: FunctionType) -> str:
    """The parameters of a method, without their types."""
    signature = inspect.signature(method)
    plain = [each.replace(annotation=Parameter.empty) for each in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=Parameter.empty))[1:-1]


def is_helper(value: object) -> bool:
    """Whether a method, property, static or class method is marked as the layer's own."""
    inner = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    return hasattr(inner, HELPER)


def line_of(value: object) -> int:
    """The line of a function in its file, 0 for anything else."""
    inner = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    code = getattr(inner, "__code__", None)
    return 0 if code is None else int(code.co_firstlineno)


def set_by_init(base: type[Any]) -> tuple[str, ...]:
    """The attributes that the ``__init__`` of a class and of its bases set on the instance."""
    return tuple(name for each in functions_of(base, "__init__") for name in stored_by(each))


def functions_of(base: type[Any], *names: str) -> Iterator[FunctionType]:
    """The functions of a class and its bases: those with these names, or all."""
    for cls in base.__mro__:
        for name, value in vars(cls).items():
            if isinstance(value, FunctionType) and (not names or name in names):
                yield value


def stored_by(function: FunctionType) -> Iterator[str]:
    """The attributes that a method sets on its first argument."""
    code = function.__code__
    first = code.co_varnames[:1]
    return (name for owner, name in facts_of(code).attribute_stores if (owner,) == first)
