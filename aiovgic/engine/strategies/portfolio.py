"""A portfolio: several strategies that draw take turns, an execution each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.engine.strategies.pct import PctStrategy
from aiovgic.engine.strategies.pos import PosStrategy
from aiovgic.engine.strategies.surw import SurwStrategy
from aiovgic.engine.strategies.urw import UrwStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.task import Task


class PortfolioStrategy(Unwatched):
    """POS every second execution; in between PCT of depth 2, SURW, PCT of depth 3 and the uniform walk, in turn.

    Each member finds soon what another is bad at, and costs at most as many times the executions as there are turns.
    """

    samples = True
    complete = False

    def __init__(self, seed: int = 0) -> None:
        pos = PosStrategy(seed)
        between = (PctStrategy(seed, 2), SurwStrategy(seed), PctStrategy(seed + 1, 3), UrwStrategy(seed))
        self.turns: tuple[Strategy, ...] = tuple(member for each in between for member in (pos, each))
        self.begun = -1
        """The number of the present execution, from 0."""

    @property
    def member(self) -> Strategy:
        """The strategy whose turn it is."""
        return self.turns[self.begun % len(self.turns)]

    @property
    def name(self) -> str:
        """The name of the member that decides the present execution."""
        return "portfolio" if self.begun < 0 else self.member.name

    @property
    def always_asked(self) -> bool:
        """Whether the member is asked even where only one task can run."""
        return self.member.always_asked

    def begin(self) -> None:
        """The next member's turn."""
        self.begun += 1
        self.member.begin()

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task | None:
        """The task that the member picks."""
        return self.member.pick(enabled, plain, step)

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The alternative that the member takes."""
        return self.member.choose(alternatives, what, choice)

    def end(self) -> bool:
        """There is always another execution."""
        return self.member.end()
