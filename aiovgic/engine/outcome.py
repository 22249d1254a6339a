"""How an execution ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from dis import opname
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.engine.places import NOWHERE, is_model, is_users, origin_of, raised_at, users_lines
from aiovgic.record.finding import Finding, Place
from aiovgic.record.schedule import Schedule
from aiovgic.sync import Part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


NULL_POINTER = "null-pointer"

BEFORE, AFTER = "before the race", "after the race"
"""What stands for a task in findings about what comes before the race, and after it."""


@dataclass
class Outcome:
    """How one execution ended."""

    schedule: Schedule
    steps: int
    choices: int
    broken: Finding | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    """What can be seen at the end; empty if something broke."""
    reached: tuple[int, ...] = ()
    """Which of the things that are to happen sometimes have happened, by number."""
    pruned: bool = False
    """Whether it was given up: what it could still do was tried before."""
    races: tuple[Finding, ...] = ()
    """What was found on the way and ends nothing: data races, locks that are not held."""
    bounded: bool = False
    """Whether the strategy did not decide all of it: it was too long."""

    def found(self) -> Iterator[Finding]:
        """Everything that is wrong with it: what ended it, then what was found on the way."""
        if self.broken is not None:
            yield self.broken
        yield from self.races

    def complete(self, finding: Finding, at_execution: int, strategy: str) -> Finding:
        """A finding of this execution, with the schedule that shows it and the strategy that decided it."""
        schedule = self.schedule.after(*map(Schedule.parse, finding.earlier))
        return msgspec.structs.replace(
            finding,
            at_execution=at_execution,
            strategy=strategy,
            schedule=str(schedule),
            switches=len(schedule),
            steps=self.steps,
        )

    def breaks(self, identity: tuple[object, ...]) -> Finding | None:
        """What is wrong with it and has this identity."""
        return next((broken for broken in self.found() if broken.identity == identity), None)


def fault_of(error: BaseException) -> Finding:
    """The finding for an exception: of the model, or of the user's test, scenario body or layer (test-error).

    The innermost frame of the model or the user decides. Use of None as an object is C's NULL dereference, in KVM if
    the model or a layer does it. AttributeError carries the object. TypeError does not: see `names_none`.
    """
    rule, title = type(error).__name__, first_line(error)
    match error:
        case AttributeError(name=str(name), obj=None) if counts(error):
            rule, title = NULL_POINTER, f"None.{name}: a NULL pointer dereference in KVM" if is_kvm(error) else title
        case TypeError() if counts(error) and names_none(error):
            rule, title = NULL_POINTER, f"{error}: a NULL pointer dereference in KVM" if is_kvm(error) else title
    if is_users(error):
        return Finding(kind="test-error", rule=rule, title=title, saw=tuple(users_lines(error)))
    return Finding(kind="model-bug", rule=rule, title=title)


def fault_in(error: BaseException, task: str) -> Finding:
    """The finding for an exception that was raised outside the tasks of a race, by ``task``."""
    where = raised_at(error.__traceback__) or NOWHERE
    return fault_of(error).at(Place(task=task, function=where.function, file=where.file, line=where.line))


def counts(error: BaseException) -> bool:
    """Whether the innermost frame of an exception is the model's or the user's."""
    innermost = last_of(error)
    return innermost is not None and is_model(innermost.tb_frame.f_code.co_filename)


def is_kvm(error: BaseException) -> bool:
    """Whether the innermost frame of an exception is the model's, or of a method that a layer replaces."""
    innermost = last_of(error)
    if innermost is None:
        return False
    frame = innermost.tb_frame
    return origin_of(frame.f_code.co_filename) == "model" or isinstance(frame.f_locals.get("self"), Part)


def names_none(error: TypeError) -> bool:
    """Whether the interpreter refused an operation because an operand was None.

    The interpreter keeps no operands, so its message is read: Python 3.11 to 3.13 name the type there, which a
    test checks on each. A TypeError of a ``raise`` statement is none of the interpreter's, whatever it says.
    """
    innermost = last_of(error)
    assert innermost is not None
    instruction = innermost.tb_frame.f_code.co_code[innermost.tb_lasti]
    return opname[instruction] != "RAISE_VARARGS" and "NoneType" in str(error)


def last_of(error: BaseException) -> TracebackType | None:
    """The innermost entry of an exception's traceback."""
    entry = error.__traceback__
    while entry is not None and entry.tb_next is not None:
        entry = entry.tb_next
    return entry


def first_line(error: BaseException) -> str:
    """An exception's type and the first line of what it says."""
    said = str(error).splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
