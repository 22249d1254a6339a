"""Wait queues: prepare, test, sleep.

A wake-up reaches only those who have prepared, and leaves no trace if there are none. So a
wake-up can be lost here exactly as it can be lost in KVM (rcuwait, wait_event).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from aiovgic.sync.op import Op, Waitable

if TYPE_CHECKING:
    from aiovgic.sync.context import Context
    from aiovgic.sync.parts import Part
    from aiovgic.sync.runtime import Runtime


class WaitQueue(Waitable):
    """A queue of sleepers."""

    __slots__ = ("cls", "owner", "rt", "sleepers")

    def __init__(self, rt: Runtime, owner: Part, cls: str) -> None:
        super().__init__()
        self.rt = rt
        self.owner = owner
        self.cls = cls
        self.sleepers: dict[Context, bool] = {}
        """Who has prepared, and whether a wake-up came since."""

    @property
    def name(self) -> str:
        """Owner and queue, such as ``vcpu0.wait``."""
        return f"{self.owner.name}.{self.cls}"

    def wake(self) -> bool:
        """Wake all who sleep or prepare to; whether there was anyone (rcuwait_wake_up)."""
        woken = False
        for sleeper in self.sleepers:
            self.sleepers[sleeper] = woken = True
        if woken:
            self.rt.changed(self)
        return woken

    async def wait(self, ready: Callable[[], Awaitable[bool]], *, idle: bool = False) -> None:
        """Sleep until ``ready`` says so; it is asked again after each wake-up.

        ``idle``: sleeping here for ever with nothing due is no deadlock (WFI, a doorbell).
        """
        while True:
            await Prepare(self)
            if await ready():
                break
            await Sleep(self, idle=idle)
        self.sleepers.pop(self.rt.current, None)


class Prepare(Op[None]):
    """Join the sleepers; from now on a wake-up counts (prepare_to_wait)."""

    __slots__ = ("queue",)
    kind: ClassVar[str] = "prepare"

    def __init__(self, queue: WaitQueue) -> None:
        self.queue = queue

    @property
    def target(self) -> str:
        return self.queue.name

    def commit(self, me: Context) -> None:
        self.queue.sleepers[me] = False


class Sleep(Op[None]):
    """Sleep until woken (schedule)."""

    __slots__ = ("idle", "queue")
    kind: ClassVar[str] = "sleep"

    def __init__(self, queue: WaitQueue, *, idle: bool) -> None:
        self.queue = queue
        self.idle = idle

    @property
    def target(self) -> str:
        return self.queue.name

    @property
    def source(self) -> Waitable:
        return self.queue

    def ready(self, me: Context) -> bool:
        return self.queue.sleepers.get(me, False)

    def commit(self, me: Context) -> None:
        self.queue.sleepers.pop(me, None)
