"""Excuses as data: what KVM does on purpose, where, and who says so.

An excuse covers what one rule, or the race detector, would report at one place. It never covers a whole
field or a whole rule. The entries are in `revisions/excuses.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Excuse:
    """What every excuse says."""

    name: str
    """Unique; reports name it."""
    why: str
    """What KVM does, and why that is harmless or accepted."""
    source: str
    """A section of the facts, a function of KVM, or a commit."""
    revisions: tuple[str, ...] = ()
    """The revisions in which KVM does it; empty for every revision."""

    def holds_in(self, revision: str) -> bool:
        """Whether KVM does this in a revision."""
        return not self.revisions or revision in self.revisions


@dataclass(frozen=True, kw_only=True)
class RuleExcuse(Excuse):
    """Covers a violation of a rule that carries this excuse's name."""

    kind: str
    rule: str
