"""An operation: what a context is about to do, yielded before it happens.

The model awaits operations and nothing else. Whoever drives the coroutine (the live
driver, the trampoline, a plain inline run) receives each operation from ``send``, waits
until ``ready``, calls ``commit`` and sends its value back. These two methods are all
that an operation means, so every interpreter runs the same model.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from aiovgic.sync.context import Context

T = TypeVar("T")

Script = Coroutine["Op[Any]", Any, T]
"""A coroutine of the model: it yields operations and returns a ``T``."""


class Op(Generic[T]):
    """What a context is about to do. Awaiting it does it and gives its value."""

    __slots__ = ()

    kind: ClassVar[str] = "op"
    """The word that traces and reports use for it."""

    point: ClassVar[bool] = True
    """Whether the engine may switch here; a hand-over is no point."""

    changes: ClassVar[bool] = True
    """Whether it writes what it touches (two operations that only read commute)."""

    @property
    def target(self) -> str:
        """The name of what it touches."""
        return ""

    @property
    def source(self) -> Waitable | None:
        """Where a change of readiness is announced; None if always ready."""
        return None

    def ready(self, me: Context) -> bool:
        """Whether ``me`` can do it now. Has no effect."""
        return True

    def commit(self, me: Context) -> T:
        """Do it, as ``me``. Called once, when ready."""
        raise NotImplementedError

    def __await__(self) -> Generator[Op[Any], Any, T]:
        value: T = yield self
        return value


class Waitable:
    """Something that operations can wait for; the live driver parks its futures here."""

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        self.waiters: list[Any] = []


class Done:
    """An awaitable that is done already: leaving a section is no point."""

    __slots__ = ()

    def __await__(self) -> Generator[Op[Any], Any, None]:
        return
        yield  # makes this a generator


DONE = Done()
