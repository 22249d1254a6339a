"""An operation: what a context is about to do, yielded before it happens.

The model awaits operations and nothing else. The interpreter that drives the coroutine (the live
driver, the trampoline, an inline run) receives each operation from ``send``, waits
until ``ready``, calls ``commit`` and sends its value back. These two methods are all
that an operation means, so every interpreter runs the same model.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, cast

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part

T = TypeVar("T")

Change = Literal["released", "left", "called", "woken", "finished"]
"""How a thing changes between operations."""

Script = Coroutine["Op[Any]", Any, T]
"""A coroutine of the model: it yields operations and returns a ``T``."""


class Op(Generic[T]):
    """What a context is about to do. Awaiting it does it and gives its value."""

    __slots__ = ()

    kind: ClassVar[str] = "op"
    """The name of the kind of operation in traces and reports."""

    point: ClassVar[bool] = True
    """Whether the engine may switch here; a hand-over is no point."""

    changes: ClassVar[bool] = True
    """Whether it writes what it touches (two operations that only read commute)."""

    waits: ClassVar[bool] = False
    """Whether it may not be ready."""

    killable: ClassVar[bool] = False
    """Whether a killed task stops waiting for it."""

    yields: ClassVar[bool] = False
    """Whether the default order lets all other tasks run first."""

    @property
    def thing(self) -> Thing | None:
        """What it touches, if that is one thing; a change of its readiness is announced there."""
        return None

    @property
    def target(self) -> str:
        """The name of what it touches."""
        thing = self.thing
        return "" if thing is None else thing.name

    def ready(self, me: Context) -> bool:
        """Whether ``me`` can do it now. Has no effect."""
        return True

    def commit(self, me: Context) -> T:
        """Do it, as ``me``. Called once, when ready."""
        raise NotImplementedError

    def killed(self, me: Context) -> T:
        """Give up the operation because ``me`` was killed while waiting. Returns the value that the model gets."""
        raise NotImplementedError

    def __await__(self) -> Generator[Op[Any], Any, T]:
        """Yield the operation to the interpreter, which decides when to do it."""
        value: T = yield self
        return value


class Thing:
    """What operations touch: a lock, a shared word, a count, a domain of readers, a queue.

    ``name`` is the owner's name and the thing's own, such as ``vcpu1.ap_list_lock``; ``ident`` is the same
    of the owner's. The live driver parks its futures in ``waiters``.
    """

    __slots__ = ("ident", "name", "owner", "waiters")

    def __init__(self, owner: Part, field: str) -> None:
        self.owner = owner
        self.name = f"{owner.name}.{field}"
        self.ident = f"{owner.ident}.{field}"
        self.waiters: list[Any] = []
        owner.things.append(self)

    def at_once(self) -> bool:
        """Whether the running context may use this without a point: no other context exists. Counts as a step."""
        rt = self.owner.rt
        if not rt.alone or self.owner.freed:
            return False
        rt.alone -= 1
        return True

    def check(self, verb: str, rule: str = "") -> None:
        """Raise Violation (use-after-free) if the owner of this object was freed; the rule is ``rule``, or the verb."""
        if self.owner.freed:
            what = f"{self.name} is {verb} after {self.owner.name} was freed"
            raise Violation("use-after-free", rule or verb, what, thing=self.name, freed=self.owner.ident)


NOTHING = cast("Generator[Any, Any, None]", iter(()))
"""What an await comes down to where there is nothing to wait for and nothing to give."""


class Done:
    """An awaitable that is done already: leaving a section is no point."""

    __slots__ = ()

    def __await__(self) -> Generator[Op[Any], Any, None]:
        return NOTHING


DONE = Done()
