"""The detectors: the same for every program, and none knows a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.atomic import Atomic
from aiovgic.engine.lockdep import Lockdep
from aiovgic.engine.mirrors import Mirrors
from aiovgic.engine.moments import Moments
from aiovgic.engine.races import Races

if TYPE_CHECKING:
    from aiovgic.engine.watch import Watch
    from aiovgic.sync import LockOrder


class Detectors:
    """All detectors of one search; what they learn over all its executions stays with them.

    ``exact``: they say file and line of all they find, which is slow. With ``keep`` false every
    execution is looked at for itself, besides what was known at first.
    """

    def __init__(
        self, order: LockOrder, *, exact: bool = False, keep: bool = True, seed: Detectors | None = None
    ) -> None:
        self.races = Races(exact=exact)
        self.lockdep: Lockdep = Lockdep(order, keep=keep, seed=None if seed is None else seed.lockdep)
        self.watches: tuple[Watch, ...] = (self.races, self.lockdep, Atomic(), Mirrors(), Moments())

    def again(self, *, exact: bool = False) -> Detectors:
        """The same for executions that were tried before: they find what the search found in them."""
        return Detectors(self.lockdep.order, exact=exact, keep=False, seed=self)
