"""What outlives an execution: it is compared with what it was, because no execution puts it back."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterator
from random import Random
from typing import TYPE_CHECKING, Any

from aiovgic.scenario.immutable import is_atom
from aiovgic.scenario.reach import attributes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.scenario.reach import Reach, Route

CONTAINERS = (list, dict, set, deque, bytearray)
USED_UP = (Iterator, AsyncIterator, Coroutine)
"""What changes whenever it is used, and cannot be compared."""

Key = tuple[int, str]
"""An object by its identity, or a variable by the identity of its namespace and its name."""


class Lasting:
    """What some functions reach, by a name of each function, and what it was at first."""

    def __init__(self, reaches: Mapping[str, Reach] | None = None) -> None:
        self.reaches = dict(reaches or {})
        self.before = self.now()
        """The objects and variables at first, each as a text that can be compared."""

    def changed(self) -> list[tuple[Route, list[str], bool]]:
        """What is not as it was: how it is reached, by which functions, and whether it is a container."""
        now = self.now()
        found: dict[Key, tuple[Route, list[str], bool]] = {}
        for name, reach in self.reaches.items():
            for identity, each in reach.objects.items():
                key = identity, ""
                if self.before[key] != now[key] or is_used_up(each.value):
                    found.setdefault(key, (each.route, [], isinstance(each.value, CONTAINERS)))[1].append(name)
            for key, variable in reach.variables.items():
                if self.before[key] != now[key]:
                    found.setdefault(key, (variable.route, [], False))[1].append(name)
        return list(found.values())

    def now(self) -> dict[Key, str]:
        """The objects and variables as they are, each as a text that can be compared."""
        found: dict[Key, str] = {}
        for reach in self.reaches.values():
            found.update({(identity, ""): snapshot(each.value) for identity, each in reach.objects.items()})
            found.update({key: part(variable.value) for key, variable in reach.variables.items()})
        return found


def is_used_up(value: object) -> bool:
    """Whether an object changes by being used, and shows no attributes that could be compared: a generator."""
    return isinstance(value, USED_UP) and not any(attributes_of(value))


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
    return " ".join([*inside, *(f"{name}={part(each)}" for name, each in attributes_of(value))])


def part(value: object) -> str:
    """A value inside another one: itself if it is plain, else which object it is."""
    return repr(value) if is_atom(value) and type(value) is not object else f"{type(value).__name__} {id(value)}"
