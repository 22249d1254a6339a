"""All orders with few preemptions, the ones nearest to the default order first.

A preemption is a switch away from a task that could go on; a switch where a task waits or has ended is free. Most bugs
need one or two (Musuvathi, Qadeer: CHESS, PLDI 2007). `dfs` with a bound tries the same orders, from the end of the
default order backwards; here those that deviate from it once come first, then twice, and so on, and of those the ones
that preempt a task before it touches what is shared. Within that the order is drawn by a seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from aiovgic.engine.strategies.base import Unwatched
from aiovgic.engine.strategies.touched import Touched, touches
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task

REMEMBERED = 100_000
"""Branches that are remembered; a search that has more is not complete."""

Deviation = tuple[int, int]
"""The number of a decision, and the alternative that is taken there; 0 is the default."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A place of an execution where there was something to decide."""

    alternatives: int
    preempts: bool
    """Whether every alternative but the default is a preemption."""
    thing: str = ""
    """What the task that is preempted was about to touch."""


@dataclass(slots=True)
class Branch:
    """A decision of an order that was tried, and the alternatives that were not."""

    tried: tuple[Deviation, ...]
    """The deviations of that order, all of them before the decision."""
    number: int
    alternatives: int
    private: bool
    """Whether it preempts a task that touches nothing shared."""
    first: int
    """The alternative that is taken first, drawn; then come those after it, in a circle."""
    taken: int = 0
    """How many alternatives were taken."""

    def take(self) -> tuple[Deviation, ...]:
        """The order that takes the next alternative."""
        others = self.alternatives - 1
        alternative = 1 + (self.first + self.taken) % others
        self.taken += 1
        return (*self.tried, (self.number, alternative))

    @property
    def used_up(self) -> bool:
        """Whether all its alternatives were taken."""
        return self.taken == self.alternatives - 1


class BoundedStrategy(Unwatched):
    """All orders with at most so many preemptions, in order of their deviations from the default order.

    The branches of one level take an alternative each in turn.
    """

    always_asked = True

    def __init__(self, preemptions: int, seed: int = 0) -> None:
        self.name = f"preemptions <= {preemptions}"
        self.preemptions = preemptions
        self.random = Random(seed)  # noqa: S311  a search, not a secret
        self.touched = Touched()
        self.present: tuple[Deviation, ...] = ()
        """The deviations of the order that is tried now."""
        self.now: list[Branch] = []
        """The branches of this level that take an alternative in this round, the next one last."""
        self.again: list[Branch] = []
        """Those that take another one in the next round."""
        self.further: list[Branch] = []
        """The branches of the orders of this level: of the next level."""
        self.complete = False
        self.cut = False
        """Whether the bound, or what is remembered, has kept the search from an order."""

    def begin(self) -> None:
        """Begin the order that is to be tried."""
        self.deviations = dict(self.present)
        self.decisions: list[Decision] = []
        self.spent = 0
        """Preemptions so far."""
        self.last: Task | None = None

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The default task, but where the present order deviates."""
        picked = plain
        if len(enabled) > 1:
            preempts = plain is self.last
            assert plain.op is not None
            taken = self.decide(Decision(len(enabled), preempts, touches(plain.op)[0] if preempts else ""))
            if taken:
                picked = [task for task in enabled if task is not plain][taken - 1]
                self.spent += preempts
        self.touched.note(picked)
        self.last = picked
        return picked

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The default alternative, but where the present order deviates."""
        return self.decide(Decision(alternatives, preempts=False))

    def decide(self, decision: Decision) -> int:
        """The alternative that is taken here. Raises DivergedError if there is no such alternative any more."""
        taken = self.deviations.get(len(self.decisions), 0)
        if taken >= decision.alternatives:
            at = len(self.decisions)
            raise DivergedError(f"decision {at} had an alternative {taken}, and now has {decision.alternatives} in all")
        self.decisions.append(decision)
        return taken

    def end(self) -> bool:
        """Note the branches of this order, and go on to the next one; False if there is none."""
        first = self.present[-1][0] + 1 if self.present else 0
        for number in range(first, len(self.decisions)):
            self.note(number, self.decisions[number])
        branch = self.next_branch()
        if branch is None:
            self.complete = not self.cut
            return False
        self.present = branch.take()
        if not branch.used_up:
            self.again.append(branch)
        return True

    def note(self, number: int, decision: Decision) -> None:
        """Note that the present order can branch at a decision, as far as the bound goes."""
        if decision.alternatives == 1:
            return
        beyond = decision.preempts and self.spent >= self.preemptions
        if beyond or len(self.further) == REMEMBERED:
            self.cut = True
            return
        private = decision.preempts and not self.touched.is_shared(decision.thing)
        first = self.random.randrange(decision.alternatives - 1)
        self.further.append(Branch(self.present, number, decision.alternatives, private, first))

    def next_branch(self) -> Branch | None:
        """The next branch of this round, or of the next one, or of the next level; None if all were taken."""
        if not self.now:
            self.now, self.again = self.again[::-1], []
        if not self.now:
            self.now, self.further = self.further, []
            self.random.shuffle(self.now)
            self.now.sort(key=lambda branch: branch.private, reverse=True)
        return self.now.pop() if self.now else None
