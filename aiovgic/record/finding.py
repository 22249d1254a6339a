"""Findings: what went wrong, where, and the shortest schedule to it."""

from __future__ import annotations

import msgspec

from aiovgic.errors import Kind  # noqa: TC001  msgspec looks at it when it decodes


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One task's part in a finding: where it was, and what it held."""

    task: str
    access: str = ""
    object: str = ""
    field: str = ""
    function: str = ""
    file: str = ""
    """Relative to the package."""
    line: int = 0
    locks: tuple[str, ...] = ()

    @property
    def thing(self) -> str:
        """What it is about, as the events of a trace call it."""
        return f"{self.object}.{self.field}" if self.field else self.object


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One deviation from the plain order: who runs instead of whom, and what each is about to do.

    Of a choice: who makes it, and nobody instead of whom.
    """

    step: int
    task: str
    does: str
    object: str
    before: str = ""
    would: str = ""
    would_object: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that went wrong, and how to see it again."""

    kind: Kind
    rule: str
    title: str
    saw: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    at_execution: int = 0
    """Which execution found it, counted from 1."""
    schedule: str = ""
    """The shortest schedule that was found."""
    switches: int = 0
    """Deviations of that schedule from the plain order."""
    steps: int = 0
    replay: str = ""
    """The line that shows it again."""

    @property
    def identity(self) -> tuple[str, str]:
        """What stays the same while its schedule is made shorter."""
        return self.kind, self.rule
