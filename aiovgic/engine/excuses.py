"""The excuses of one search: which there are, and which were used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from aiovgic.sync import RaceExcuse, RuleExcuse, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import FrameType

    from aiovgic.record.finding import Violation
    from aiovgic.sync import Declared, Excuse, Lock

    Sides = tuple[tuple[str, int], ...]
    """The excused places that an access is at: the name of the excuse, and which of its two sides."""


class Side(NamedTuple):
    """One of the two places of an excuse for a race."""

    entry: RaceExcuse
    number: int
    site: Site
    writes: bool


@dataclass(frozen=True)
class Excuses:
    """The excuses that hold for a program, and those that its executions used.

    It is frozen so that a checkpoint leaves it alone: what was used counts over all executions.
    """

    rules: dict[str, RuleExcuse]
    """By name."""
    races: dict[Declared, tuple[Side, ...]]
    """By field."""
    used: dict[str, Excuse] = field(default_factory=dict)
    """By name, in the order of first use."""

    @classmethod
    def of(cls, entries: Iterable[Excuse]) -> Excuses:
        """These excuses, none of them used yet. Raises LookupError if the code that an excuse names does not exist."""
        rules: dict[str, RuleExcuse] = {}
        races: dict[Declared, tuple[Side, ...]] = {}
        for each in entries:
            if isinstance(each, RuleExcuse):
                rules[each.name] = each
            elif isinstance(each, RaceExcuse):
                sides = (Side(each, number, site.found(), writes) for number, (site, writes) in enumerate(each.sides))
                races[each.declared] = (*races.get(each.declared, ()), *sides)
        return cls(rules, races)

    # -- rules ----------------------------------------------------------------------------------

    def covers(self, violation: Violation) -> bool:
        """Whether KVM does this on purpose; then the excuse is used."""
        entry = self.rules.get(violation.excuse)
        finding = violation.finding
        if entry is None or (entry.kind, entry.rule) != (finding.kind, finding.rule):
            return False
        self.used[entry.name] = entry
        return True

    def unexcused(self, violations: Iterable[Violation]) -> list[Violation]:
        """The violations that no excuse covers."""
        return [each for each in violations if not self.covers(each)]

    # -- races ----------------------------------------------------------------------------------

    def sides(self, accessed: Declared, frame: FrameType, held: Sequence[Lock], *, write: bool) -> Sides:
        """The excused places that an access is at, by the code of its frame and the locks that its task holds."""
        return tuple(
            (side.entry.name, side.number)
            for side in self.races[accessed]
            if side.writes is write and side.site.covers(frame, held)
        )

    def between(self, accessed: Declared, one: Sides, other: Sides) -> bool:
        """Whether an excuse covers two accesses at these places; then it is used."""
        for name, number in one:
            if (name, 1 - number) in other:
                self.used[name] = next(side.entry for side in self.races[accessed] if side.entry.name == name)
                return True
        return False

    # -- reports --------------------------------------------------------------------------------

    def used_reasons(self) -> tuple[str, ...]:
        """The excuses that were used, by name, each with its reason."""
        return tuple(f"{name}: {self.used[name].why} ({self.used[name].source})" for name in sorted(self.used))
