"""Excuses as data: what KVM does on purpose, where, and by which source.

An excuse covers what one rule, or the race detector, would report at one place. It never covers a whole
field or a whole rule. The entries are in `revisions/excuses.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from inspect import getattr_static
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

from aiovgic.sync.guarded import Declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from aiovgic.sync.lock import Lock
    from aiovgic.sync.parts import Part


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


@dataclass(frozen=True)
class Site:
    """One side of an excused race: a function of the model, and the locks that it holds there.

    An access belongs to the function in whose text it stands. A lambda or a comprehension belongs to the function
    around it; a function that is called counts for itself, not for its caller.
    """

    cls: type
    """The class that defines the function; an override in another class is another place."""
    function: str
    locks: tuple[str, ...] = ()
    """Each begins with a variable of the function: ``self.irq_lock``, ``self.vm.config_lock``, ``at.running.mutex``."""

    def found(self) -> Site:
        """This place, whose function is there. Raises LookupError if the class defines no such function."""
        variables = self.codes[0].co_varnames + self.codes[0].co_cellvars
        for lock in self.locks:
            name = lock.partition(".")[0]
            if name not in variables:
                raise LookupError(f"{self.cls.__name__}.{self.function} has no variable {name!r}")
        return self

    @cached_property
    def codes(self) -> tuple[CodeType, ...]:
        """The function's code, and all code inside it. Raises LookupError if the class defines no such function."""
        found = vars(self.cls).get(self.function)
        if isinstance(found, property):
            found = found.fget
        if not isinstance(found, FunctionType):
            raise LookupError(f"{self.cls.__name__} defines no function {self.function!r}")
        return tuple(code_inside(found.__code__))

    def covers(self, frame: FrameType, held: Sequence[Lock]) -> bool:
        """Whether an access in this frame, with these locks held, is at this place."""
        if not any(each is frame.f_code for each in self.codes):
            return False
        around: FrameType | None = frame
        while around is not None and around.f_code is not self.codes[0]:
            around = around.f_back
        return not self.locks or (around is not None and all(is_held(lock, around, held) for lock in self.locks))

    def __str__(self) -> str:
        holding = f" holding {' and '.join(self.locks)}" if self.locks else ""
        return f"{self.cls.__name__}.{self.function}{holding}"


def is_held(named: str, frame: FrameType, held: Sequence[Lock]) -> bool:
    """Whether a lock that is named from a variable of a frame is among these: this one, not one of its class."""
    variable, *attributes = named.split(".")
    found = frame.f_locals.get(variable)
    for attribute in attributes:
        found = getattr(found, attribute, None)
    return any(lock is found for lock in held)


def code_inside(code: CodeType) -> Iterator[CodeType]:
    """A code object and those of the lambdas and comprehensions in its text."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from code_inside(const)


@dataclass(frozen=True, kw_only=True)
class RaceExcuse(Excuse):
    """Covers a data race on one field between a write at one place and an access at another."""

    part: type[Part]
    """The class that declares the field."""
    field: str
    write: Site
    read: Site | None = None
    """The other side, if it reads."""
    other_write: Site | None = None
    """The other side, if it writes."""

    @property
    def declared(self) -> Declared:
        """The field. Raises LookupError if the class declares no such field."""
        found = getattr_static(self.part, self.field, None)
        if not isinstance(found, Declared):
            raise LookupError(f"{self.part.__name__} declares no guarded field {self.field!r}")
        return found

    @property
    def sides(self) -> tuple[tuple[Site, bool], tuple[Site, bool]]:
        """Both places, and whether each one writes."""
        if self.read is not None:
            return (self.write, True), (self.read, False)
        assert self.other_write is not None, "an excuse for a race has two sides"
        return (self.write, True), (self.other_write, True)
