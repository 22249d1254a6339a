"""Instruments: layers and functions of this package that look at the model and change nothing in it.

A call stack shows none of their frames, and an access through one of their overrides belongs to the code around it.
"""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from aiovgic.sync.excuse import code_inside

if TYPE_CHECKING:
    from collections.abc import Callable

MadeT = TypeVar("MadeT", bound="type[Any] | Callable[..., Any]")

_CODES: dict[CodeType, CodeType] = {}
"""The code objects of all instruments, by themselves: code of other files can be equal, and is not identical."""


def instrument(made: MadeT) -> MadeT:
    """Mark a layer, or a function that its methods call, as an instrument."""
    for each in vars(made).values() if isinstance(made, type) else (made,):
        function = each.fget if isinstance(each, property) else each
        if isinstance(function, FunctionType):
            _CODES.update((code, code) for code in code_inside(function.__code__))
    return made


def is_instrument(code: CodeType) -> bool:
    """Whether code belongs to an instrument."""
    return _CODES.get(code) is code
