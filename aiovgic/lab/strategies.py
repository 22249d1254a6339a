"""Which strategies there are, by the names that users write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.engine.strategies.auto import AutoStrategy
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.strategies.pct import DEFAULT_DEPTH, PctStrategy
from aiovgic.engine.strategies.portfolio import PortfolioStrategy
from aiovgic.engine.strategies.pos import PosStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.surw import SurwStrategy
from aiovgic.engine.strategies.urw import UrwStrategy
from aiovgic.errors import UsageError
from aiovgic.text import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiovgic.engine.strategies.base import Strategy

DEFAULT_STRATEGY = "auto"
TURNS = "turns"
"""The default strategy in reports, if more than DPOR had a turn."""
MAX_DEPTH = 100
MAX_SEED = (1 << 63) - 1
"""A trace has room for this; and -1 would draw what 1 draws."""


@dataclass(frozen=True)
class Way:
    """A strategy as a user asks for it: its name, PCT's depth, a bound for DFS. Reports print it as Python."""

    strategy: str = DEFAULT_STRATEGY
    depth: int | None = None
    preemptions: int | None = None

    def __repr__(self) -> str:
        options = {"depth": self.depth, "preemptions": self.preemptions}
        given = [f"{name}={value}" for name, value in options.items() if value is not None]
        return f"aiovgic.Way({', '.join([repr(self.strategy), *given])})"

    def make(self, seed: int = 0) -> Strategy:
        """The strategy, with a seed if it draws. Raises UsageError for a name there is not, or an option it has not."""
        if self.strategy not in STRATEGIES:
            hint = nearest(self.strategy, list(STRATEGIES)) or f"; there are {', '.join(STRATEGIES)}"
            raise UsageError(f"there is no strategy {shown(self.strategy)}{hint}")
        self.check("depth", self.depth, "pct", 1)
        self.check("preemptions", self.preemptions, "dfs", 0)
        if self.depth is not None and self.depth > MAX_DEPTH:
            raise UsageError(f"depth must be at most {MAX_DEPTH}, not {self.depth}")
        check_seed(seed)
        return STRATEGIES[self.strategy](self, seed)

    def options(self) -> list[str]:
        """The options of a command line that ask for it."""
        words = [] if self.strategy == DEFAULT_STRATEGY else ["--strategy", self.strategy]
        words += [] if self.depth is None else ["--depth", str(self.depth)]
        return words + ([] if self.preemptions is None else ["--preemptions", str(self.preemptions)])

    def in_words(self, by_strategy: Mapping[str, int]) -> str:
        """The strategy as a report names it, after a search in which these decided so many executions each."""
        if len(by_strategy) == 1:
            return next(iter(by_strategy))
        return TURNS if self.strategy == DEFAULT_STRATEGY else self.strategy

    def check(self, option: str, value: int | None, whose: str, least: int) -> None:
        """Raises UsageError for an option that this strategy does not have, or a value that is too small."""
        if value is None:
            return
        if self.strategy != whose:
            raise UsageError(f"{self.strategy} has no {option}; {whose} has")
        if value < least:
            raise UsageError(f"{option} must be at least {least}, not {value}")


def check_seed(seed: int) -> None:
    """Raises UsageError for what is no seed."""
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"a seed is 0 to {MAX_SEED}, not {seed}")


STRATEGIES: Mapping[str, Callable[[Way, int], Strategy]] = {
    "auto": lambda _way, seed: AutoStrategy(seed),
    "dpor": lambda _way, _seed: DporStrategy(),
    "dfs": lambda way, _seed: DfsStrategy(way.preemptions),
    "pct": lambda way, seed: PctStrategy(seed, DEFAULT_DEPTH if way.depth is None else way.depth),
    "pos": lambda _way, seed: PosStrategy(seed),
    "surw": lambda _way, seed: SurwStrategy(seed),
    "urw": lambda _way, seed: UrwStrategy(seed),
    "random": lambda _way, seed: RandomStrategy(seed),
    "portfolio": lambda _way, seed: PortfolioStrategy(seed),
}
"""By name: what makes a strategy of a way and a seed."""
