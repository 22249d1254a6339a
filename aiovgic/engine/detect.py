"""The detectors: the same for every program, and none knows a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.atomic import Atomic
from aiovgic.engine.excuses import Excuses
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
    execution is looked at for itself. With ``go_on`` the search goes on after
    findings, and a wrong lock order, which is reported once, ends no execution.
    """

    def __init__(
        self,
        order: LockOrder,
        excuses: Excuses | None = None,
        *,
        exact: bool = False,
        keep: bool = True,
        go_on: bool = False,
    ) -> None:
        self.go_on = go_on
        self.excuses = Excuses.of(()) if excuses is None else excuses
        self.races = Races(self.excuses, exact=exact)
        self.lockdep: Lockdep = Lockdep(order, keep=keep, ends=not go_on)
        self.watches: tuple[Watch, ...] = (self.races, self.lockdep, Atomic(), Mirrors(), Moments())

    def again(self, *, exact: bool = False, keep: bool = False) -> Detectors:
        """Detectors with the same rules and excuses that have seen no execution yet."""
        return Detectors(self.lockdep.order, self.excuses, exact=exact, keep=keep, go_on=self.go_on)
