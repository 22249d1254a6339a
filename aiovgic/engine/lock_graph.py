"""What lockdep knows: which lock class was taken inside which, and which classes interrupt handlers take.

Every fact has its evidence: the place that showed it first, and the execution of that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiovgic.record.finding import Place


class Evidence(NamedTuple):
    """Where a fact about lock classes was seen first."""

    place: Place | None
    """Nothing for what is documented."""
    execution: int
    """Counted from 1; 0 for what is documented."""


DOCUMENTED = Evidence(None, 0)

Way = Sequence[tuple[str, str]]
"""Edges, each from the class that the edge before it leads to."""


@dataclass
class LockGraph:
    """Facts about lock classes, each with its evidence."""

    edges: dict[str, dict[str, Evidence]] = field(default_factory=dict)
    """By class that was held and class that was taken."""
    safe: dict[str, Evidence] = field(default_factory=dict)
    """Classes that interrupt handlers take."""
    unsafe: dict[str, Evidence] = field(default_factory=dict)
    """Classes that were held with interrupts on."""

    @classmethod
    def of(cls, irq_safe: Iterable[str]) -> LockGraph:
        """What is known before any execution: the classes that are documented as taken by handlers."""
        return cls(safe=dict.fromkeys(irq_safe, DOCUMENTED))

    def copy(self) -> LockGraph:
        """A graph of its own with the same facts."""
        edges = {outer: dict(inner) for outer, inner in self.edges.items()}
        return LockGraph(edges, dict(self.safe), dict(self.unsafe))

    def inside(self, cls: str) -> Iterator[Way]:
        """The way to each class that is taken inside a class, over others or not; first the empty way to the class.

        The nearest classes come first, and of those the first by name. The way to a class is the shortest.
        """
        ways: list[list[tuple[str, str]]] = [[]]
        reached = [cls]
        for way in ways:
            yield way
            outer = way[-1][1] if way else cls
            for inner in sorted(self.edges.get(outer, {})):
                if inner not in reached:
                    reached.append(inner)
                    ways.append([*way, (outer, inner)])

    def way(self, start: str, goal: str) -> Way:
        """The shortest way from one class to another; empty if there is none."""
        return next((way for way in self.inside(start) if way and way[-1][1] == goal), ())
