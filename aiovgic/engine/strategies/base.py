"""What a strategy is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task


class Strategy(Protocol):
    """Decides every execution of a search."""

    @property
    def name(self) -> str:
        """Who decides the present execution, as reports say it."""

    @property
    def always_asked(self) -> bool:
        """Whether `pick` is asked even where only one task can run."""

    def begin(self) -> None:
        """A new execution begins."""

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """Who runs at this step. ``enabled`` is in order of creation; ``plain`` is whom the plain order runs."""

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """Which alternative this choice takes."""

    def end(self) -> bool:
        """The execution has ended, broken or not: whether there is another one to try."""

    @property
    def complete(self) -> bool:
        """Whether everything there is has been tried."""
