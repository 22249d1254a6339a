"""Code that can reach state which no walk over objects finds: frames, modules by name, files, other processes.

A task whose code names such code may share state with another task, or leave it to the next execution. The search
does not see that, so the result names the code. What is not in the lists below is taken to be such code.
"""

from __future__ import annotations

import builtins
import sys
from pathlib import Path, PurePath
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from aiovgic.engine.places import relative
from aiovgic.scenario.immutable import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.record.bytecode import CodeFacts

OF_MODULES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            *("__future__", "_typeshed", "abc", "array", "base64", "binascii", "bisect", "calendar", "cmath"),
            *("collections", "colorsys", "copy", "dataclasses", "datetime", "difflib", "enum", "errno", "fractions"),
            *("graphlib", "hashlib", "heapq", "hmac", "html", "itertools", "json", "keyword", "logging", "math"),
            *("numbers", "numeric", "pprint", "queue", "re", "reprlib", "statistics", "string", "struct", "textwrap"),
            *("typing", "typing_extensions", "unicodedata", "zlib"),
            *("aiovgic", "pytest", "pluggy", "msgspec"),
        ),
        (),
    ),
    "builtins": (
        *("__import__", "breakpoint", "compile", "eval", "exec", "exit", "globals", "help", "input", "locals"),
        *("open", "quit", "vars"),
    ),
    "contextlib": ("chdir", "redirect_stderr", "redirect_stdout"),
    "decimal": ("getcontext", "localcontext", "setcontext", "DefaultContext", "BasicContext", "ExtendedContext"),
    "functools": ("singledispatch", "singledispatchmethod"),
    "io": ("BufferedRandom", "BufferedReader", "BufferedWriter", "FileIO", "TextIOWrapper", "open", "open_code"),
    "operator": ("attrgetter", "methodcaller"),
    "random": ("SystemRandom",),
    "types": (
        "CellType",
        "CodeType",
        "FrameType",
        "FunctionType",
        "GetSetDescriptorType",
        "LambdaType",
        "TracebackType",
    ),
    "uuid": ("getnode", "uuid1"),
}
"""Modules whose code keeps no state of its own between two calls, each with the names that are exceptions."""

ONLY: dict[str, tuple[str, ...]] = {
    "inspect": ("isawaitable", "iscoroutine", "iscoroutinefunction", "isfunction", "ismethod", "isclass", "cleandoc"),
    "pathlib": ("Path", "PosixPath", "PurePath", "PurePosixPath", "PureWindowsPath", "WindowsPath"),
    "unittest": ("mock",),
    "unittest.mock": ("ANY", "AsyncMock", "MagicMock", "Mock", "NonCallableMagicMock", "NonCallableMock", "call"),
    "warnings": ("warn",),
}
"""Modules with state, each with the names that keep none. Their private names are parts of those.

A path is no state, but `FILES` are its methods that touch files.
"""

SPECIAL = (
    *("__builtins__", "__closure__", "__code__", "__defaults__", "__delattr__", "__dict__", "__func__"),
    *("__getattribute__", "__getstate__", "__globals__", "__import__", "__kwdefaults__", "__loader__"),
    *("__reduce__", "__reduce_ex__", "__self__", "__setattr__", "__setstate__", "__spec__", "__subclasses__"),
    *("__traceback__", "__wrapped__", "ag_await", "ag_frame", "cell_contents", "cr_await", "cr_frame", "f_back"),
    *("f_builtins", "f_globals", "f_locals", "gi_frame", "gi_yieldfrom", "tb_frame", "tb_next"),
)
"""Attributes through which code reaches frames, functions' insides, or any attribute of an object."""

BEGINNINGS = ("__init__", "__new__", "__post_init__", "__setstate__")
"""Methods that set attributes of an object that no other task has yet."""

FILES = tuple(sorted(set(dir(Path)) - set(dir(PurePath))))
"""Methods of a path that touch a file or a folder."""


class Escape(NamedTuple):
    """Code that can reach state which the walk does not find."""

    what: str
    place: str = ""
    """File and line of the first use, if known."""

    def told(self, users: str) -> str:
        """The escape in words, with the tasks, layers or the test that it is in."""
        return f"{self.what} in {users} ({self.place})" if self.place else f"{self.what} in {users}"


def keeps_no_state(module: str, name: str) -> bool:
    """Whether something of a module keeps no state between two calls.

    Of a module itself the name is empty: what its code reaches of the module, it names.
    """
    home = module.lstrip("_") if module != "__future__" else module
    name = name.partition(".")[0]
    if home in ONLY:
        return name in ONLY[home] or name.startswith("_") or not name
    top = home.partition(".")[0]
    exceptions = OF_MODULES.get(top)
    return exceptions is not None and name not in exceptions


def home_of(value: Any) -> tuple[str, str]:
    """The module and the name of a function, a class or a module; a wrapper's ``__module__`` is not its own."""
    if isinstance(value, ModuleType):
        return value.__name__, ""
    module = value.__globals__.get("__name__") if isinstance(value, FunctionType) else value.__module__
    return str(module or "builtins"), str(value.__qualname__)


def escapes(value: Any) -> str:
    """What a function, a class or a module that is not the user's is called, if it is an escape; else nothing."""
    if isinstance(value, BuiltinFunctionType) and not isinstance(value.__self__, ModuleType | None):
        return ""
    module, name = home_of(value)
    if keeps_no_state(module, name):
        return ""
    return name if module == "builtins" else f"{module}.{name}" if name else module


def named_by(function: FunctionType, facts: CodeFacts) -> Iterator[Escape]:
    """The escapes that the code of a function names itself."""
    if is_generated(function):
        return
    for name in facts.attributes:
        beginning = name == "__setattr__" and function.__name__ in BEGINNINGS
        if name in SPECIAL and not beginning:
            yield Escape(f"`{name}`", place_in(function, facts, name))
    for name in facts.computed:
        yield Escape(f"`{name}` of a computed name", place_in(function, facts, name))


def is_generated(function: FunctionType) -> bool:
    """Whether a method was made by `dataclasses` or `collections`: it has no line in its module's file."""
    code = function.__code__
    return code.co_filename.startswith("<") and code.co_name.startswith("__") and "__file__" in function.__globals__


def place_in(function: FunctionType, facts: CodeFacts, name: str) -> str:
    """File and line where the code of a function first uses a name."""
    line = facts.lines.get(name, function.__code__.co_firstlineno)
    return f"{relative(function.__code__.co_filename)}:{line}"


def builtin(name: str) -> object:
    """What Python itself calls by a name, if it does."""
    return getattr(builtins, name, None)


def harmful_attribute(module: ModuleType, name: str) -> str:
    """What an attribute of a module is called, if it may hold state that the walk does not find; else nothing."""
    value = vars(module).get(name)
    if is_atom(value) and value is not None:
        return ""
    if isinstance(value, ModuleType) or keeps_no_state(module.__name__, name):
        return escapes(value) if isinstance(value, ModuleType) and not partly(value) else ""
    return f"{module.__name__}.{name}"


def partly(module: ModuleType) -> bool:
    """Whether something of a module keeps no state."""
    return module.__name__.lstrip("_") in ONLY or module.__name__.lstrip("_").partition(".")[0] in OF_MODULES


def is_standard(module: str) -> bool:
    """Whether a module is of the standard library."""
    return module.partition(".")[0] in sys.stdlib_module_names
