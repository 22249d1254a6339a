"""Points that touch nothing: choices, and plain places where others may run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic.sync.op import Op

if TYPE_CHECKING:
    from aiovgic.sync.context import Context
    from aiovgic.sync.runtime import Runtime


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


class Access(Op[None]):
    """A place of its own where others may run: one guest instruction, one word of guest memory."""

    __slots__ = ("_target", "what", "writes")
    kind: ClassVar[str] = "access"

    def __init__(self, what: str, target: str, *, writes: bool) -> None:
        self.what = what
        self._target = target
        self.writes = writes

    @property
    def target(self) -> str:
        return self._target

    def commit(self, me: Context) -> None:
        return None
