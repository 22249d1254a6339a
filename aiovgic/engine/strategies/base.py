"""The interface of a strategy, and what strategies have in common."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.engine.watch import Watch


class Strategy(Protocol):
    """Decides every execution of a search: which task runs at each step, and what each choice takes."""

    @property
    def name(self) -> str:
        """The name of the strategy that decides the present execution, as reports have it."""

    @property
    def always_asked(self) -> bool:
        """Whether `pick` is asked even where only one task can run."""

    @property
    def samples(self) -> bool:
        """Whether the present execution is drawn: it is no part of a count of all orders."""

    @property
    def watches(self) -> Sequence[Watch]:
        """The watches that must hear of every step, so that the strategy can decide."""

    def begin(self) -> None:
        """A new execution begins."""

    def replay_prefix(self) -> Sequence[int]:
        """The replay prefix of the execution: the number of the task for each of its first steps.

        `pick` is not called at these steps.
        """

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task | None:
        """The task that runs at this step; None to end the execution: what follows was tried before.

        ``enabled`` is in order of creation; ``plain`` is the task that the default order runs.
        """

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The alternative that this choice takes."""

    def end(self) -> bool:
        """The execution has ended: whether there is another one to try."""

    @property
    def complete(self) -> bool:
        """Whether everything was tried."""


class Unwatched:
    """Common part of strategies that decide without the footprints of steps."""

    watches: Sequence[Watch] = ()
    samples = False

    def replay_prefix(self) -> Sequence[int]:
        """An empty replay prefix: `pick` decides every step."""
        return ()


class Sampler(Unwatched):
    """Common part of strategies that draw every execution by a seed: there is always another one."""

    samples = True
    complete = False

    def __init__(self, seed: int = 0) -> None:
        self.random = Random(seed)  # noqa: S311  a search, not a secret

    def begin(self) -> None:
        """Go on with the same generator."""

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """Any alternative."""
        return self.random.randrange(alternatives)

    def end(self) -> bool:
        """There is always another execution."""
        return True
