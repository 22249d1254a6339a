"""What outlives an execution: it is compared with what it was, because no execution puts it back."""

from __future__ import annotations

from array import array
from collections import deque
from random import Random
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from aiovgic.scenario.content import CONTAINERS, attributes_of, is_empty, is_opaque
from aiovgic.scenario.immutable import is_atom, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from aiovgic.scenario.reach import Reach, Route

MANY = 500
"""Objects and variables that are compared after each execution."""

SOME = 100
"""Executions after which more of them are compared."""

Key = tuple[int, str]
"""An object by its identity, or a variable by the identity of its namespace and its name."""


class Lasting:
    """What some functions reach, by a name of each function, and what it was at first."""

    def __init__(self, reaches: Mapping[str, Reach] | None = None) -> None:
        self.reaches = dict(reaches or {})
        self.before = self.now()
        """The objects and variables at first, each as a text that can be compared."""

        self.noted: dict[Key, None] = {}
        """What was not as it was when an execution began."""
        self.times = 0
        """How often it was compared."""

    def note(self) -> None:
        """Compare what there is with what was at first: an execution may change it, and another change it back."""
        if len(self.before) <= MANY or self.times < SOME:
            self.times += 1
            self.noted.update(dict.fromkeys(self.differs()))

    def differs(self) -> AbstractSet[Key]:
        """What is not as it was."""
        return dict(self.before.items() ^ self.now().items()).keys()

    def changed(self) -> list[tuple[Route, list[str], bool]]:
        """What is not as it was: how it is reached, by which functions, and whether it is a container.

        An object that cannot be compared is taken to be another one.
        """
        differs = self.differs() | self.noted.keys()
        found: dict[Key, tuple[Route, list[str], bool]] = {}
        owners = [identity for identity, name in differs if name]
        for name, reach in self.reaches.items():
            for identity, each in reach.objects.items():
                key = identity, ""
                if isinstance(each.value, FunctionType) and identity in owners:
                    continue  # its attribute is told
                if key in differs or cannot_be_compared(each.value):
                    found.setdefault(key, (each.route, [], isinstance(each.value, CONTAINERS)))[1].append(name)
            for key, variable in reach.variables.items():
                if key in differs:
                    found.setdefault(key, (variable.route, [], False))[1].append(name)
        return list(found.values())

    def now(self) -> dict[Key, str]:
        """The objects and variables as they are, each as a text that can be compared."""
        found: dict[Key, str] = {}
        for reach in self.reaches.values():
            found.update({(identity, ""): snapshot(each.value) for identity, each in reach.objects.items()})
            found.update({key: part(variable.value) for key, variable in reach.variables.items()})
        return found


def cannot_be_compared(value: object) -> bool:
    """Whether an object may change, and shows neither attributes nor elements: a generator, a context variable."""
    if not is_opaque(value) or is_empty(value) or isinstance(value, (FunctionType, Random, array, CodeType)):
        return False
    return parts_of(value) is None


def snapshot(value: Any) -> str:
    """What an object holds, as a text that is another one if the object changes."""
    if isinstance(value, dict):
        inside = [f"{part(key)}: {part(each)}" for key, each in dict.items(value)]
    elif isinstance(value, list | tuple | deque):
        inside = [part(each) for each in value]
    elif isinstance(value, set):
        inside = sorted(part(each) for each in value)
    elif isinstance(value, bytearray):
        inside = [value.hex()]
    else:
        inside = [repr(value.getstate())] if isinstance(value, Random) else []
        inside += [repr(value)] if isinstance(value, array) else []
    return " ".join([*inside, *(f"{name}={part(each)}" for name, each in attributes_of(value))])


def part(value: object) -> str:
    """A value inside another one: itself if it is plain, else which object it is."""
    return repr(value) if is_atom(value) and type(value) is not object else f"{type(value).__name__} {id(value)}"
