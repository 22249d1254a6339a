"""How an execution ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.errors import Kind
    from aiovgic.record.finding import Place
    from aiovgic.record.schedule import Schedule


@dataclass(frozen=True)
class Broken:
    """What one execution broke."""

    kind: Kind
    rule: str
    title: str
    saw: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

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
    """The data races on the way; they end nothing."""
    bounded: bool = False
    """Whether the strategy did not decide all of it: it was too long."""

    def found(self) -> Iterator[Broken]:
        """Everything that is wrong with it: what ended it, then the data races."""
        if self.broken is not None:
            yield self.broken
        yield from self.races

    def breaks(self, identity: tuple[object, ...]) -> Broken | None:
        """What is wrong with it and has this identity."""
        return next((broken for broken in self.found() if broken.identity == identity), None)


def first_line(error: BaseException) -> str:
    """An exception's type and the first line of what it says."""
    said = str(error).splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
