"""How an execution ended."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiovgic.engine.places import is_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.errors import Kind
    from aiovgic.record.finding import Place
    from aiovgic.record.schedule import Schedule


NULL_POINTER = "null-pointer"


@dataclass(frozen=True)
class Broken:
    """What one execution broke."""

    kind: Kind
    rule: str
    title: str
    saw: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    ends: bool = True
    """Whether it ends its execution, and the search. What does not, shows more on the way."""

    @property
    def identity(self) -> tuple[object, ...]:
        """What stays the same while the schedule is made shorter: the fault and where it is, not when."""
        return (self.kind, self.rule, *sorted((place.task, place.object, place.field) for place in self.places))


@dataclass
class Outcome:
    """How one execution ended."""

    schedule: Schedule
    steps: int
    choices: int
    broken: Broken | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    """What can be seen at the end; empty if something broke."""
    reached: tuple[int, ...] = ()
    """Which of the things that are to happen sometimes have happened, by number."""
    pruned: bool = False
    """Whether it was given up: what it could still do was tried before."""
    races: tuple[Broken, ...] = ()
    """What was found on the way and ends nothing: data races, locks that are not held."""
    bounded: bool = False
    """Whether the strategy did not decide all of it: it was too long."""

    def found(self) -> Iterator[Broken]:
        """Everything that is wrong with it: what ended it, then what was found on the way."""
        if self.broken is not None:
            yield self.broken
        yield from self.races

    def breaks(self, identity: tuple[object, ...]) -> Broken | None:
        """What is wrong with it and has this identity."""
        return next((broken for broken in self.found() if broken.identity == identity), None)


def fault_of(error: BaseException) -> tuple[str, str]:
    """The rule and the title of what an exception of the model is: None used as an object is C's NULL."""
    match error:
        case AttributeError(name=str(name), obj=None) if is_of_model(error):
            return NULL_POINTER, f"None.{name}: a NULL pointer dereference in KVM"
        case TypeError() if "'NoneType'" in str(error) and is_of_model(error):
            return NULL_POINTER, f"{error}: a NULL pointer dereference in KVM"
    return type(error).__name__, first_line(error)


def is_of_model(error: BaseException) -> bool:
    """Whether a line of the model raised it, and nothing that it called."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and is_model(frames[-1].f_code.co_filename)


def first_line(error: BaseException) -> str:
    """An exception's type and the first line of what it says."""
    said = str(error).splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
