"""How often each outcome came, and the shortest schedule to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.engine.outcome import Outcome
    from aiovgic.record.schedule import Schedule


@dataclass
class Bar:
    """One outcome: what is seen, or what was broken."""

    seen: Mapping[str, Any]
    count: int
    schedule: Schedule
    """The one with the fewest deviations, of those that came."""


class Histogram:
    """Collects outcomes."""

    def __init__(self) -> None:
        self.bars: dict[str, Bar] = {}

    def note(self, outcome: Outcome) -> None:
        """One more execution has ended."""
        seen: Mapping[str, Any] = outcome.seen
        if outcome.broken is not None:
            seen = {"broken": f"{outcome.broken.kind}: {outcome.broken.title}"}
        key = json.dumps(seen, sort_keys=True)
        bar = self.bars.get(key)
        if bar is None:
            self.bars[key] = Bar(seen, 1, outcome.schedule)
            return
        bar.count += 1
        if len(outcome.schedule) < len(bar.schedule):
            bar.schedule = outcome.schedule

    @property
    def seen(self) -> list[Mapping[str, Any]]:
        """What was seen where nothing broke, in the order it first came."""
        return [bar.seen for bar in self.bars.values() if "broken" not in bar.seen]

    def sorted(self) -> list[Bar]:
        """The most frequent first; those as frequent in the order they came."""
        return sorted(self.bars.values(), key=lambda bar: -bar.count)
