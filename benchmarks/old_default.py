"""The default strategy of 9d6fc30, to compare with: DPOR for 500 executions, then turns of 100 with a portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.strategies.pct import PctStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.urw import UrwStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.task import Task
    from aiovgic.engine.watch import Watch

ALONE = 500
TURN = 100


class OldDefault(Unwatched):
    """DPOR, and PCT of depth 1 to 4, random and the uniform walk."""

    name = "default of 9d6fc30"

    def __init__(self, seed: int = 0) -> None:
        self.dpor = DporStrategy()
        self.members: tuple[Strategy, ...] = (
            *(PctStrategy(seed + n, depth) for n, depth in enumerate((1, 2, 3, 4))),
            RandomStrategy(seed),
            UrwStrategy(seed),
        )
        self.ended = self.drawn = 0
        self.turn: Strategy = self.dpor

    @property
    def complete(self) -> bool:
        """Whether DPOR has tried everything."""
        return self.dpor.complete

    @property
    def always_asked(self) -> bool:
        """Whether the strategy whose turn it is is always asked."""
        return self.turn.always_asked

    @property
    def watches(self) -> Sequence[Watch]:  # type: ignore[override]
        """The watches of the strategy whose turn it is."""
        return self.turn.watches

    def begin(self) -> None:
        """An execution of the strategy whose turn it is."""
        self.turn.begin()

    def replay_prefix(self) -> Sequence[int]:
        """The first steps, as far as they are settled."""
        return self.turn.replay_prefix()

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task | None:
        """The task that the strategy whose turn it is picks."""
        return self.turn.pick(enabled, plain, step)

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The alternative that it takes."""
        return self.turn.choose(alternatives, what, choice)

    def end(self) -> bool:
        """Go on to the next turn."""
        more = self.turn.end()
        self.ended += 1
        if self.turn is self.dpor and self.dpor.is_endless():
            self.ended = max(self.ended, ALONE)
        if self.ended < ALONE or (self.ended - ALONE) // TURN % 2:
            self.turn = self.dpor
        else:
            self.turn = self.members[self.drawn % len(self.members)]
            self.drawn += 1
        return more
