"""Findings: what went wrong, where, and the shortest schedule to it."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from aiovgic.errors import AiovgicError

Kind = Literal[
    "expectation",
    "test-error",
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
"""What a finding can be."""

KINDS: tuple[Kind, ...] = get_args(Kind)


class Frame(msgspec.Struct, frozen=True):
    """One frame of a call stack: a function of the model, a layer or a test."""

    function: str
    file: str
    """Relative to the package; of a test or a layer relative to the current folder."""
    line: int


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
    stack: tuple[Frame, ...] = ()
    """The whole call stack, innermost first; only in an execution that was recorded."""
    execution: int | msgspec.UnsetType = msgspec.UNSET
    """The execution that showed this place, counted from 1, in a finding that joins several executions."""

    @property
    def thing(self) -> str:
        """The object or field that it is about, as the events of a trace call it."""
        return f"{self.object}.{self.field}" if self.field else self.object


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One deviation from the default order: the task that runs, the task it runs before, and what each is about to do.

    Of a choice: the task that makes it, and no other task.
    """

    step: int
    task: str
    does: str
    object: str
    before: str = ""
    would: str = ""
    would_object: str = ""
    execution: int = 1
    """The execution of the schedule, counted from 1."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault that an execution showed.

    The rule that sees the fault fills in kind, rule, title, saw and places; the search adds where it was
    found, and the schedule that shows it.
    """

    kind: Kind
    rule: str
    title: str
    saw: tuple[str, ...] = ()
    """What was seen, where that is more than the title."""
    places: tuple[Place, ...] = ()
    classes: tuple[str, ...] = ()
    """The lock classes that a fault is about, if it is about classes: its places are then the first evidence."""
    freed: str = ""
    """The identity of the object whose memory was freed, in a use after free; it tells objects of one name apart."""
    about: tuple[str, ...] = ()
    """The fields and objects that a rule of quiet points is about, as the events of a trace call them."""
    history: tuple[Place, ...] = ()
    """What led to the fault: where memory was allocated, or the last accesses. Known of recorded executions only."""
    ends: bool = True
    """Whether the fault ends its execution. A data race, for one, does not: its consequence is searched, too."""
    earlier: tuple[str, ...] = ()
    """Schedules of other executions that showed a part of the fault, in order: ``schedule`` begins with them."""
    at_execution: int = 0
    """The execution that showed it first, counted from 1."""
    strategy: str = ""
    """The strategy that decided that execution."""
    schedule: str = ""
    """The shortest schedule that was found."""
    switches: int = 0
    """Deviations of that schedule from the default order."""
    steps: int = 0
    replay: str = ""
    """The command that shows it again."""

    @property
    def identity(self) -> tuple[object, ...]:
        """The fault and its classes or places without its schedule: equal if two executions show the same fault."""
        if self.classes:
            return (self.kind, self.rule, *self.classes)
        return (self.kind, self.rule, *sorted((place.task, place.object, place.field) for place in self.places))

    def after(self, *history: Place) -> Finding:
        """This finding with the events that led to it."""
        return msgspec.structs.replace(self, history=history)

    def at(self, *places: Place) -> Finding:
        """This finding with its places."""
        return msgspec.structs.replace(self, places=places)


class Violation(AiovgicError):  # noqa: N818  names the broken rule, not a failure of this program
    """Raised where a rule of the machine is broken; the engine reports the finding that it carries.

    ``thing`` is the object or the field that the rule is about, as the events of a trace call it.
    ``freed`` is the identity of the freed object in a use after free, else empty.
    ``about`` are the fields whose last accesses explain a rule of quiet points.
    ``excuse`` is the name of the excuse that covers it, if there is one under this revision, else empty.
    """

    def __init__(  # noqa: PLR0913  a violation says all of this
        self,
        kind: Kind,
        rule: str,
        title: str,
        *,
        thing: str = "",
        freed: str = "",
        excuse: str = "",
        about: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{kind}: {title}")
        self.finding = Finding(kind=kind, rule=rule, title=title, freed=freed, about=about)
        self.thing = thing
        self.excuse = excuse
