"""Points that touch no primitive: choices, knowingly racy reads, and guest memory."""

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
    """An outcome that nobody here decides: 0 up to ``alternatives`` - 1; 0 is the plain one."""

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
    """Read guarded fields without their lock, where KVM does so knowingly."""

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
    """A turn of a spin is over, and others may run (cond_resched)."""

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
    """A host interrupt comes: the first point of its handler, who has the CPU from then on."""

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
    """One word or one range of guest memory: the guest may be at it."""

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
