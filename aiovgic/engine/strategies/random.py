"""Seeded random: every runnable task is as likely as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class RandomStrategy(Sampler):
    """Picks by a seeded generator; never complete."""

    name = "random"
    always_asked = False

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.bits = self.random.getrandbits

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """Any task that can run."""
        count = len(enabled)  # what follows is randrange, which takes three calls for it
        width = count.bit_length()
        drawn = self.bits(width)
        while drawn >= count:
            drawn = self.bits(width)
        return enabled[drawn]
