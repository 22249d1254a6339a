"""Read sections and grace periods: SRCU and RCU.

A grace period is a wait for the readers that were inside when it began; readers that
enter later do not hold it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic.sync.op import DONE, Done, Op, Thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part
    from aiovgic.sync.runtime import Runtime


class Srcu(Thing):
    """One domain of sleepable read sections (struct srcu_struct)."""

    __slots__ = ("_callbacks", "_entered", "active", "cls", "ending", "rt")

    def __init__(self, rt: Runtime, owner: Part, cls: str) -> None:
        super().__init__(owner, cls)
        self.rt = rt
        self.cls = cls
        self.active: dict[int, Context] = {}
        self.ending = False
        """Whether what was left to the end of a grace period is being done now."""
        self._entered = 0
        self._callbacks: list[tuple[tuple[int, ...], Callable[[], None]]] = []

    def read(self) -> Section:
        """``async with`` it to be a reader (srcu_read_lock)."""
        return Section(self)

    def assert_reading(self) -> None:
        """Check that the running context is in a read section of this domain (srcu_dereference)."""
        if all(section.srcu is not self for section in self.rt.current.sections):
            self.rt.not_held(self, f"is in no read section of {self.name}, and follows a pointer that needs one")

    async def synchronize(self) -> None:
        """Wait until every reader that is inside now has left (synchronize_srcu)."""
        inside = await GraceBegin(self)
        await GraceEnd(self, inside)

    def call(self, fn: Callable[[], None]) -> None:
        """Run ``fn`` once every reader that is inside now has left (call_srcu, kfree_rcu)."""
        self.check("used")
        self.rt.changed(self, "called")
        self._callbacks.append((tuple(self.active), fn))
        self._run_callbacks()

    def enter(self, me: Context) -> int:
        """Enter a read section as ``me``. Returns the ticket. For operations only."""
        self._entered += 1
        self.active[self._entered] = me
        return self._entered

    def leave(self, ticket: int) -> None:
        """The reader with this ticket leaves (srcu_read_unlock)."""
        del self.active[ticket]
        if any(ticket in inside for inside, _ in self._callbacks):
            self.rt.changed(self, "called")  # the last of those it waits for runs it
        self._run_callbacks()
        self.rt.changed(self, "left")

    def _run_callbacks(self) -> None:
        due = [fn for inside, fn in self._callbacks if self.is_over(inside)]
        self._callbacks = [(inside, fn) for inside, fn in self._callbacks if not self.is_over(inside)]
        self.ending = True
        for fn in due:
            fn()
        self.ending = False

    def is_over(self, inside: tuple[int, ...]) -> bool:
        """Whether all readers with these tickets have left."""
        return not any(ticket in self.active for ticket in inside)


class Rcu(Srcu):
    """One domain of read sections that must not sleep (rcu_read_lock)."""

    __slots__ = ()


class Section(Op[None]):
    """One read section: entering is a point, leaving is not."""

    __slots__ = ("srcu", "ticket")
    kind: ClassVar[str] = "read-lock"
    changes: ClassVar[bool] = False

    def __init__(self, srcu: Srcu) -> None:
        self.srcu = srcu
        self.ticket = 0

    @property
    def thing(self) -> Srcu:
        return self.srcu

    def commit(self, me: Context) -> None:
        self.srcu.check("entered")
        self.ticket = self.srcu.enter(me)
        me.sections.append(self)

    def __aenter__(self) -> Section:
        return self

    def __aexit__(self, *exc: object) -> Done:
        rt = self.srcu.rt
        if not rt.dead:
            rt.current.sections.remove(self)
            self.srcu.leave(self.ticket)
        return DONE


class GraceBegin(Op[tuple[int, ...]]):
    """Begin a grace period: note the readers that are inside."""

    __slots__ = ("srcu",)
    kind: ClassVar[str] = "grace-begin"

    def __init__(self, srcu: Srcu) -> None:
        self.srcu = srcu

    @property
    def thing(self) -> Srcu:
        return self.srcu

    def commit(self, me: Context) -> tuple[int, ...]:
        self.srcu.check("waited for")
        return tuple(self.srcu.active)


class GraceEnd(Op[None]):
    """End a grace period: ready when all readers that were inside at its beginning have left."""

    __slots__ = ("inside", "srcu")
    kind: ClassVar[str] = "grace-end"
    waits: ClassVar[bool] = True

    def __init__(self, srcu: Srcu, inside: tuple[int, ...]) -> None:
        self.srcu = srcu
        self.inside = inside

    @property
    def thing(self) -> Srcu:
        return self.srcu

    def ready(self, me: Context) -> bool:
        return self.srcu.is_over(self.inside)

    def holders(self) -> tuple[Context, ...]:
        """The readers it waits for, in the order they came."""
        return tuple(self.srcu.active[ticket] for ticket in self.inside if ticket in self.srcu.active)

    def commit(self, me: Context) -> None:
        return None
