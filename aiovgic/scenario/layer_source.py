"""What the source of a user's layers shows: calls without ``await``, and containers that its code changes in place."""

from __future__ import annotations

import ast
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING

from aiovgic.sync import SharedField

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.sync import Layer

OPERATIONS = ("load", "store", "cmpxchg", "acquire", "acquire_plain", "acquire_killable", "trylock", "synchronize")
"""Methods of words, locks and domains of readers that give an operation, which does nothing until it is awaited."""

CHANGES = (
    *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft"),
    *("remove", "reverse", "setdefault", "sort", "update"),
)
"""Methods that change a container in place."""

VALUES = (ast.Expr, ast.If, ast.While, ast.IfExp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.BinOp)
"""Where a call stands for its value: what it gives is not kept to be awaited later."""


def forgotten_await(tree: ast.Module, layers: Sequence[Layer]) -> tuple[int, str] | None:
    """The line of the first call that is to be awaited and is not, and the name of its function."""
    by_name = {layer.__name__: layer for layer in layers}
    for cls in ast.walk(tree):
        layer = by_name.get(cls.name) if isinstance(cls, ast.ClassDef) else None
        for call, owner in calls_for_value(cls) if layer is not None else ():
            name = call.attr
            own = owner in ("self", "super()") and iscoroutinefunction(getattr(layer, name, None))
            if own or name in OPERATIONS:
                return call.lineno, f"{owner}.{name}"
    return None


def value_of_word(tree: ast.Module, layers: Sequence[Layer]) -> tuple[int, str] | None:
    """The first line where a layer takes the value of a word of its own without an operation, and the word."""
    by_name = {layer.__name__: layer for layer in layers}
    for cls in ast.walk(tree):
        layer = by_name.get(cls.name) if isinstance(cls, ast.ClassDef) else None
        for node in ast.walk(cls) if layer is not None else ():
            match node:
                case ast.Attribute(value=ast.Attribute(attr=name), attr="value"):
                    if isinstance(vars(layer).get(name), SharedField):
                        return node.lineno, name
    return None


def hidden_write(tree: ast.Module, layers: Sequence[Layer]) -> tuple[int, str, str] | None:
    """The first write of a layer that no guard sees: its line, its text, and the name of the attribute."""
    names = [layer.__name__ for layer in layers]
    for cls in ast.walk(tree):
        for node in ast.walk(cls) if isinstance(cls, ast.ClassDef) and cls.name in names else ():
            found = hidden_target(node)
            if found is not None:
                return getattr(node, "lineno", 1), ast.unparse(found[0]), found[1]
    return None


def hidden_target(node: ast.AST) -> tuple[ast.expr, str] | None:
    """What a node sets in an object's dictionary, in its class, or by ``__setattr__``; and the attribute's name."""
    match node:
        case ast.Subscript(value=owner, slice=key, ctx=ast.Store() | ast.Del()) if is_dictionary(owner):
            return node, constant(key)
        case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=args) if attr in CHANGES and is_dictionary(
            owner
        ):
            return node, constant(args[0]) if args else ""
        case ast.Call(func=ast.Attribute(attr="__setattr__" | "__delattr__"), args=args):
            return node, next((text for text in map(constant, args) if text), "")
        case ast.Attribute(value=owner, attr=attr, ctx=ast.Store() | ast.Del()) if is_class_of(owner):
            return node, attr
    return None


def is_dictionary(node: ast.expr) -> bool:
    """Whether an expression is the dictionary of an object or a module: ``x.__dict__``, ``vars(x)``, ``globals()``."""
    match node:
        case ast.Attribute(attr="__dict__") | ast.Call(func=ast.Name(id="vars" | "globals")):
            return True
    return False


def is_class_of(node: ast.expr) -> bool:
    """Whether an expression is the class of an object: ``type(x)`` or ``x.__class__``."""
    match node:
        case ast.Attribute(attr="__class__") | ast.Call(func=ast.Name(id="type"), args=[_]):
            return True
    return False


def constant(node: ast.expr) -> str:
    """The text that an expression is, or nothing."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def calls_for_value(cls: ast.AST) -> Iterator[tuple[ast.Attribute, str]]:
    """The methods that async functions of a class call for their value, and the text of each one's owner."""
    for function in ast.walk(cls):
        if isinstance(function, ast.AsyncFunctionDef):
            for node in ast.walk(function):
                for child in ast.iter_child_nodes(node) if isinstance(node, VALUES) else ():
                    if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
                        yield child.func, ast.unparse(child.func.value)


def changed_in_place(tree: ast.Module) -> dict[str, int]:
    """By name of an attribute or a global variable: the first line where functions change the container in it.

    A function that changes what a parameter or a loop gives it may change each attribute that the file names.
    """
    found: dict[str, int] = {}
    anything: list[int] = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            alias, given = aliases(function), given_to(function)
            for node, line in changed(function):
                name = last_name(node)
                name = alias.get(name, name)
                found.setdefault(name, line)
                anything += [line] if isinstance(node, ast.Name | ast.Subscript) and name in given else []
    loaded = [node.attr for node in ast.walk(tree) if anything and isinstance(node, ast.Attribute)]
    return {**dict.fromkeys(loaded, next(iter(anything), 0)), **found}


def given_to(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The parameters of a function but the first, and the variables of its loops."""
    arguments = function.args
    found = [each.arg for each in (*arguments.posonlyargs, *arguments.args)][1:]
    found += [each.arg for each in arguments.kwonlyargs]
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            found += [each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)]
    return found


def changed(function: ast.AST) -> Iterator[tuple[ast.expr, int]]:
    """The expressions whose values a function changes in place, with their lines."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in CHANGES:
                yield value, node.lineno
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                yield value, node.lineno
            case ast.Attribute(value=value, ctx=ast.Store() | ast.Del()):
                yield from ((each, node.lineno) for each in (node, value))
            case ast.Global(names=names):
                yield from ((ast.Name(name), node.lineno) for name in names)
            case _:
                pass


def aliases(function: ast.AST) -> dict[str, str]:
    """Local variables that are another name of an attribute or a global variable."""
    found: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute | ast.Name):
            names = [each.id for each in node.targets if isinstance(each, ast.Name)]
            found.update(dict.fromkeys(names, last_name(node.value)))
    return found


def last_name(node: ast.expr) -> str:
    """The name that an expression ends in; of an element the name of its container."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
        if isinstance(node, ast.Attribute) and node.attr in ("get", "setdefault"):
            node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
