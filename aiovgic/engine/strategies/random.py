"""Seeded random: every runnable task is as likely as any other."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class RandomStrategy(Unwatched):
    """Picks by a seeded generator; never complete."""

    name = "random"
    always_asked = False
    complete = False

    def __init__(self, seed: int = 0) -> None:
        self.random = Random(seed)  # noqa: S311  a search, not a secret
        self.bits = self.random.getrandbits

    def begin(self) -> None:
        """Go on with the same generator."""

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """Anyone who can run."""
        count = len(enabled)  # what follows is randrange, which takes three calls for it
        width = count.bit_length()
        drawn = self.bits(width)
        while drawn >= count:
            drawn = self.bits(width)
        return enabled[drawn]

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """Any alternative."""
        return self.random.randrange(alternatives)

    def end(self) -> bool:
        """There is always another one."""
        return True
