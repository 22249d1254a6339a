"""A portfolio: several strategies take turns, an execution each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.engine.strategies.pct import PctStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.urw import UrwStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.task import Task

DEPTHS = (1, 2, 3, 4)


class PortfolioStrategy(Unwatched):
    """PCT of several depths, random and the uniform walk, in turn.

    What one of them is bad at another finds soon, at a price of at most as many times as there are members.
    """

    complete = False

    def __init__(self, seed: int = 0) -> None:
        self.members: tuple[Strategy, ...] = (
            *(PctStrategy(seed + n, depth) for n, depth in enumerate(DEPTHS)),
            RandomStrategy(seed),
            UrwStrategy(seed),
        )
        self.turn = -1

    @property
    def member(self) -> Strategy:
        """Whose turn it is."""
        return self.members[self.turn % len(self.members)]

    @property
    def name(self) -> str:
        """Whose execution the present one is, once there is one."""
        return "portfolio" if self.turn < 0 else f"portfolio: {self.member.name}"

    @property
    def always_asked(self) -> bool:
        """As the one whose turn it is."""
        return self.member.always_asked

    def begin(self) -> None:
        """The next one's turn."""
        self.turn += 1
        self.member.begin()

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task | None:
        """As the one whose turn it is."""
        return self.member.pick(enabled, plain, step)

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """As the one whose turn it is."""
        return self.member.choose(alternatives, what, choice)

    def end(self) -> bool:
        """There is always another one."""
        return self.member.end()
