"""Findings: what went wrong, where, and the shortest schedule to it."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Kind = Literal[
    "expectation",
    "model-bug",
    "deadlock",
    "lock-order",
    "sleep-in-atomic",
    "livelock",
    "lost-wakeup",
    "lost-interrupt",
    "use-after-free",
    "refcount",
    "leak",
    "list",
    "map",
    "publication",
    "lr-edit",
    "not-serial",
    "data-race",
]

KINDS: tuple[str, ...] = get_args(Kind)


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
    steps: int = 0
    replay: str = ""
    """The line that shows it again."""

    @property
    def identity(self) -> tuple[str, str]:
        """What stays the same while its schedule is made shorter."""
        return self.kind, self.rule
