"""Points that touch no primitive: choices, reads that race on purpose, and guest memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from aiovgic.sync.op import Op

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part
    from aiovgic.sync.runtime import Runtime

T = TypeVar("T")


class Choose(Op[int]):
    """A choice: the engine decides the outcome, from 0 to ``alternatives`` - 1; 0 is the default."""

    __slots__ = ("alternatives", "rt", "what")
    kind: ClassVar[str] = "choose"
    changes: ClassVar[bool] = False

    def __init__(self, rt: Runtime, alternatives: int, what: str) -> None:
        self.rt = rt
        self.alternatives = alternatives
        self.what = what

    @property
    def target(self) -> str:
        return self.what

    def commit(self, me: Context) -> int:
        return self.rt.pick(self.alternatives, self.what)


class RacyRead(Op[T]):
    """Read guarded fields without their lock, where KVM does so on purpose."""

    __slots__ = ("part", "read", "rt")
    kind: ClassVar[str] = "racy-read"
    changes: ClassVar[bool] = False

    def __init__(self, rt: Runtime, part: Part, read: Callable[[], T]) -> None:
        self.rt = rt
        self.part = part
        self.read = read

    @property
    def target(self) -> str:
        return self.part.name

    def commit(self, me: Context) -> T:
        return self.rt.racy(self.read)


class Resched(Op[None]):
    """One iteration of a spin is over, and other contexts may run (cond_resched)."""

    __slots__ = ()
    kind: ClassVar[str] = "resched"
    changes: ClassVar[bool] = False
    yields: ClassVar[bool] = True

    @property
    def target(self) -> str:
        return "the CPU"

    def commit(self, me: Context) -> None:
        return None


class Interrupt(Op[None]):
    """A host interrupt comes: the first point of its handler, which has the CPU from then on."""

    __slots__ = ()
    kind: ClassVar[str] = "interrupt"
    changes: ClassVar[bool] = False

    def commit(self, me: Context) -> None:
        return None


class Begin(Op[None]):
    """A task of a race begins: its first point, if it would touch something shared before another one."""

    __slots__ = ()
    kind: ClassVar[str] = "begin"
    changes: ClassVar[bool] = False

    def commit(self, me: Context) -> None:
        return None


class MemoryAccess(Op[None]):
    """An access of one word or one range of guest memory, which the guest may access at any time."""

    __slots__ = ("gpa", "length", "memory", "native", "write")
    kind: ClassVar[str] = "memory"

    def __init__(self, memory: Part, gpa: int, length: int, *, write: bool, native: bool = False) -> None:
        self.memory = memory
        self.gpa = gpa
        self.length = length
        self.write = write
        self.native = native
        """Whether the guest does it itself, and need not sleep for it."""

    @property
    def target(self) -> str:
        return f"{self.memory.name}[{self.gpa:#x}]"

    def commit(self, me: Context) -> None:
        return None
