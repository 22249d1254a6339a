"""The strategy that users get who ask for none: DPOR as long as it may finish, then turns with a portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.strategies.portfolio import PortfolioStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.task import Task
    from aiovgic.engine.watch import Watch

ALONE = 500
"""Executions, those given up included, after which DPOR takes turns."""

TURN = 100
"""Executions of one turn."""


class AutoStrategy:
    """DPOR finishes what is small and misses nothing; the portfolio looks everywhere in what is large."""

    def __init__(self, seed: int = 0) -> None:
        self.dpor = DporStrategy()
        self.portfolio = PortfolioStrategy(seed)
        self.ended = 0
        """Executions that are over, those given up included."""

    @property
    def turn(self) -> Strategy:
        """Whose turn it is."""
        alone = self.ended < ALONE or (self.ended - ALONE) // TURN % 2
        return self.dpor if alone else self.portfolio

    @property
    def name(self) -> str:
        """Who has decided so far."""
        return "dpor" if self.ended < ALONE else "dpor, then in turns with a portfolio"

    @property
    def complete(self) -> bool:
        """Whether DPOR has tried everything."""
        return self.dpor.complete

    @property
    def always_asked(self) -> bool:
        """As the one whose turn it is."""
        return self.turn.always_asked

    @property
    def watches(self) -> Sequence[Watch]:
        """As the one whose turn it is."""
        return self.turn.watches

    def begin(self) -> None:
        """An execution of the one whose turn it is."""
        self.turn.begin()

    def known(self) -> Sequence[int]:
        """As the one whose turn it is."""
        return self.turn.known()

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task | None:
        """As the one whose turn it is."""
        return self.turn.pick(enabled, plain, step)

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """As the one whose turn it is."""
        return self.turn.choose(alternatives, what, choice)

    def end(self) -> bool:
        """There is another one until DPOR has tried everything."""
        turn = self.turn
        more = turn.end()
        self.ended += 1
        if turn is self.dpor and self.dpor.is_endless():
            self.ended = max(self.ended, ALONE)  # it cannot finish
        return more
