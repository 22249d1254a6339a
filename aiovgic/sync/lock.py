"""Locks: mutexes and spinlocks, with KVM's names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from aiovgic.record.finding import Violation
from aiovgic.sync.op import DONE, NOTHING, Done, Op, Thing

if TYPE_CHECKING:
    from collections.abc import Generator

    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part
    from aiovgic.sync.runtime import Runtime


HELD = "held_when_raised"
"""Attribute of an exception that has what was held when it was raised."""


class Lock(Thing):
    """A lock of class ``cls`` (KVM's name) that belongs to ``owner``.

    ``key`` orders several locks of one class that are held together (vcpu_id for
    ap_list_lock). ``irqsave`` turns the CPU's interrupts off while it is held; ``sleeps``
    says that waiting for it sleeps (a mutex).
    """

    __slots__ = ("_acquire", "_trylock", "cls", "holder", "irqsave", "key", "rt", "saved", "sleeps")

    def __init__(
        self,
        rt: Runtime,
        owner: Part,
        cls: str,
        key: int = 0,
        *,
        irqsave: bool = False,
        sleeps: bool = False,
    ) -> None:
        super().__init__(owner, cls)
        if key:
            self.ident += f"[{key}]"  # several locks of one class may have one owner
        self.rt = rt
        self.cls = cls
        self.key = key
        self.irqsave = irqsave
        self.sleeps = sleeps
        self.holder: Context | None = None
        self.saved = False
        """Whether the holder turned interrupts off along with it."""
        self._acquire = Acquire(self, irqsave=irqsave)
        self._trylock = TryLock(self)

    def __aenter__(self) -> Acquire:
        return self._acquire

    def __aexit__(self, *exc: object) -> Done:
        self.release()
        return DONE

    def acquire(self) -> Acquire:
        """Await it to take the lock; for code that cannot nest ``async with``."""
        return self._acquire

    def acquire_plain(self) -> Acquire:
        """Await it to take the lock and leave interrupts as they are, as only faulty code does (spin_lock)."""
        return Acquire(self, irqsave=False)

    def acquire_killable(self) -> AcquireKillable:
        """Await it to take the lock: False if the task was killed first (mutex_lock_killable)."""
        return AcquireKillable(self)

    def trylock(self) -> TryLock:
        """Await it to take the lock if it is free: True if it was."""
        return self._trylock

    def take(self, me: Context, *, irqsave: bool) -> None:
        """Make ``me`` the holder. For operations only."""
        self.holder = me
        self.saved = irqsave
        me.held.append(self)
        if irqsave:
            me.irqs_disable()

    def release(self) -> None:
        """Release the lock. Not a point: it only enables other contexts."""
        if self.rt.dead:
            return
        self.check("released")
        me = self.rt.current
        error = sys.exception()
        if error is not None:
            vars(error).setdefault(HELD, tuple(me.held))
        if self.holder is not me:
            holder = "no task" if self.holder is None else self.holder.name
            title = f"{self.name} is released by {me.name}, held by {holder}"
            raise Violation("lock-order", "unlock-balance", title, thing=self.name)
        self.holder = None
        me.held.remove(self)
        if self.saved:
            me.irqs_enable()
        self.rt.changed(self, "released")

    def assert_held(self) -> None:
        """Check that the running context holds this lock (lockdep_assert_held)."""
        if self.holder is not self.rt.current:
            self.rt.not_held(self, f"does not hold {self.name}, which is to be held here")

    def __repr__(self) -> str:
        return f"<Lock {self.name} held by {self.holder}>"


class Acquire(Op[None]):
    """Take a lock. It is never ready for the context that holds the lock: taking it again is a deadlock."""

    __slots__ = ("irqsave", "lock")
    kind: ClassVar[str] = "lock"
    waits: ClassVar[bool] = True

    def __init__(self, lock: Lock, *, irqsave: bool) -> None:
        self.lock = lock
        self.irqsave = irqsave

    @property
    def thing(self) -> Lock:
        return self.lock

    def __await__(self) -> Generator[Op[Any], Any, None]:
        lock = self.lock
        if lock.holder is None and lock.at_once():
            lock.take(lock.rt.current, irqsave=self.irqsave)
            return NOTHING
        return super().__await__()

    def ready(self, me: Context) -> bool:
        return self.lock.holder is None

    def commit(self, me: Context) -> None:
        self.lock.check("taken", "lock-taken")
        self.lock.take(me, irqsave=self.irqsave)


class AcquireKillable(Op[bool]):
    """Take a lock, unless killed while waiting for it: whether it was taken."""

    __slots__ = ("lock",)
    kind: ClassVar[str] = "lock"
    waits: ClassVar[bool] = True
    killable: ClassVar[bool] = True

    def __init__(self, lock: Lock) -> None:
        self.lock = lock

    @property
    def thing(self) -> Lock:
        return self.lock

    def ready(self, me: Context) -> bool:
        return self.lock.holder is None

    def commit(self, me: Context) -> bool:
        self.lock.check("taken", "lock-taken")
        self.lock.take(me, irqsave=self.lock.irqsave)
        return True

    def killed(self, me: Context) -> bool:
        return False


class TryLock(Op[bool]):
    """Take a lock if no context holds it."""

    __slots__ = ("lock",)
    kind: ClassVar[str] = "trylock"

    def __init__(self, lock: Lock) -> None:
        self.lock = lock

    @property
    def thing(self) -> Lock:
        return self.lock

    def commit(self, me: Context) -> bool:
        self.lock.check("tried")
        if self.lock.holder is not None:
            return False
        self.lock.take(me, irqsave=self.lock.irqsave)
        return True
