"""How a verb says how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aiovgic.report.explore import detail_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.engine.explore import Exploration


class Progress(Protocol):
    """Told now and then how much is done, of how much if that is known, and what else there is to say."""

    def __call__(self, done: int, total: int | None, detail: str = "", /) -> None:
        """So far."""


def of_search(progress: Progress | None, budget: int | None) -> Callable[[Exploration], None] | None:
    """What a search of so many executions shows itself to; None if ``progress`` is None."""
    if progress is None:
        return None

    def show(search: Exploration) -> None:
        detail = detail_of(search.depth, len(search.histogram.bars), len(search.found))
        progress(search.executions, budget, detail)

    return show
