"""The excuses of one search: which there are, and which were used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiovgic.sync import RuleExcuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiovgic.record.finding import Violation
    from aiovgic.sync import Excuse


@dataclass(frozen=True)
class Excuses:
    """The excuses that hold for a program, and those that its executions used.

    It is frozen so that a checkpoint leaves it alone: what was used counts over all executions.
    """

    rules: dict[str, RuleExcuse]
    """By name."""
    used: dict[str, Excuse] = field(default_factory=dict)
    """By name, in the order of first use."""

    @classmethod
    def of(cls, entries: Iterable[Excuse]) -> Excuses:
        """These excuses, none of them used so far."""
        return cls({each.name: each for each in entries if isinstance(each, RuleExcuse)})

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

    def told(self) -> tuple[str, ...]:
        """The excuses that were used, by name, each with its reason."""
        return tuple(f"{name}: {self.used[name].why} ({self.used[name].source})" for name in sorted(self.used))
