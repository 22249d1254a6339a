"""The default search: DPOR, and strategies that find soon what DPOR reaches late, in turns.

DPOR is complete and tries each order that matters once, from the end of the first execution backwards. The others look
everywhere: a search bounded to one preemption, and a portfolio of strategies that draw.

A search that DPOR finishes within its first 50 executions is DPOR's alone. Otherwise the others have their turns from
the execution on at which that is known, and catch up on those before it. A complete search must stay cheap, so up to
DPOR's 1,000th execution they have half as many as DPOR; after it, where DPOR is less likely to finish, every second
execution is theirs. When the bounded search has nothing left, its turns lapse.

Two things say from the start that DPOR will not finish soon. Where many tasks are about to take one lock, each of
their orders is an execution of DPOR, and every second execution belongs to the others at once. Where a task spins,
DPOR has no end, and of every four executions three belong to the others.
"""

from __future__ import annotations

from collections import Counter
from math import factorial, prod
from typing import TYPE_CHECKING

from aiovgic.engine.strategies.bounded import BoundedStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.strategies.portfolio import PortfolioStrategy
from aiovgic.engine.strategies.touched import touches
from aiovgic.sync import Acquire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.task import Task
    from aiovgic.engine.watch import Watch

ALONE = 50
"""If DPOR finishes within so many executions, it runs alone."""

MEMBERS = 2
"""The strategies that take turns with DPOR."""

LIKELY = 1_000
"""Up to so many executions of DPOR the others have half as many, so that a complete search costs at most half more."""


def share(tried: int) -> int:
    """How many turns the others have beside so many executions of DPOR."""
    return tried // 2 if tried <= LIKELY else tried - LIKELY // 2


def orders_of_locks(tasks: Sequence[Task]) -> int:
    """In how many orders these tasks can take the locks that they are about to take; DPOR tries each of them."""
    locks = Counter(touches(task.op)[0] for task in tasks if isinstance(task.op, Acquire))
    return prod(map(factorial, locks.values()))


class AutoStrategy:
    """DPOR and the others in turns. The search is complete if DPOR, or the bounded search uncut, tried everything."""

    def __init__(self, seed: int = 0) -> None:
        self.dpor = DporStrategy()
        self.bounded = BoundedStrategy(1, seed)
        self.portfolio = PortfolioStrategy(seed)
        self.others: list[Strategy] = [self.bounded, self.portfolio]
        """Those that take turns with DPOR, the next one first."""
        self.turn: Strategy = self.dpor
        """The strategy that decides the present execution."""
        self.ended = 0
        """Executions of DPOR that are over, those given up included."""
        self.beside = 0
        """Turns of the others that are over, those that lapsed included."""
        self.least = 0
        """Executions that DPOR needs at least, as far as that is known from the start."""
        self.endless = False
        """Whether DPOR met a task that spins, or an execution without an end: each turn of a spin is one order more."""

    @property
    def name(self) -> str:
        """The name of the strategy that decides the present execution."""
        return self.turn.name

    @property
    def complete(self) -> bool:
        """Whether one of the strategies has tried everything."""
        return self.dpor.complete or self.bounded.complete

    @property
    def always_asked(self) -> bool:
        """Whether `pick` is called even where only one task can run."""
        return self.turn.always_asked

    @property
    def samples(self) -> bool:
        """Whether the present execution is drawn by a seed."""
        return self.turn.samples

    @property
    def watches(self) -> Sequence[Watch]:
        """The watches of the strategy whose turn it is."""
        return self.turn.watches

    def begin(self) -> None:
        """An execution of the strategy whose turn it is."""
        self.turn.begin()

    def replay_prefix(self) -> Sequence[int]:
        """The replay prefix of the strategy whose turn it is."""
        return self.turn.replay_prefix()

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task | None:
        """The task that the strategy whose turn it is picks."""
        if not self.least:
            self.least = orders_of_locks(enabled)
        picked = self.turn.pick(enabled, plain, step)
        if self.turn is self.dpor and picked is not None and picked.op is not None and picked.op.yields:
            self.endless = True
        return picked

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The alternative that the strategy whose turn it is takes."""
        return self.turn.choose(alternatives, what, choice)

    def end(self) -> bool:
        """Go on to the next turn; False once everything was tried."""
        more = self.turn.end()
        if self.turn is self.dpor:
            self.ended += 1
            self.endless |= self.dpor.is_endless()
            if not more:
                return False
        else:
            self.others.remove(self.turn)
            if more:
                self.others.append(self.turn)
            self.beside += MEMBERS // len(self.others)  # the turns of a search that has nothing left lapse
        if self.complete:
            return False
        self.turn = self.others[0] if self.beside < self.may_have() else self.dpor
        return True

    def may_have(self) -> int:
        """How many turns the others may have had by now."""
        tried = self.ended - self.dpor.pruned
        if self.endless:
            return 3 * tried
        if tried <= ALONE and max(tried + self.dpor.left(), self.least) <= ALONE:
            return 0
        return min(tried, max(share(tried), share(self.least)))
