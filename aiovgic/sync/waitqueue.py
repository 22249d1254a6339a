"""Wait queues: prepare, test, sleep.

A wake-up reaches only the contexts that have prepared; if there are none it has no effect. So a
wake-up can be missed here exactly as it can be missed in KVM (rcuwait, wait_event).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aiovgic.sync.op import Op, Thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync.context import Context
    from aiovgic.sync.op import Script
    from aiovgic.sync.parts import Part
    from aiovgic.sync.runtime import Runtime


class WaitQueue(Thing):
    """A queue of contexts that sleep until a wake-up."""

    __slots__ = ("cls", "rt", "sleepers")

    def __init__(self, rt: Runtime, owner: Part, cls: str) -> None:
        super().__init__(owner, cls)
        self.rt = rt
        self.cls = cls
        self.sleepers: dict[Context, bool] = {}
        """The contexts that have prepared, and whether a wake-up came since."""

    def wake(self) -> bool:
        """Wake all contexts that sleep or have prepared; True if one was not yet woken (rcuwait_wake_up)."""
        self.check("woken")
        woken = not all(self.sleepers.values())
        for sleeper in self.sleepers:
            self.sleepers[sleeper] = True
        self.rt.changed(self, "woken")
        return woken

    async def wait(self, ready: Callable[[], Script[bool]], *, idle: bool = False, killable: bool = False) -> None:
        """Sleep until ``ready`` says so; it is asked again after each wake-up.

        ``idle``: sleeping here for ever with nothing due is no deadlock (WFI, a doorbell).
        ``killable``: a killed task comes back early; it must look whether it was.
        """
        while True:
            await Prepare(self)
            try:
                woken = await ready()
            except Exception:
                self.finish()
                raise
            if woken or not await (KillableSleep if killable else Sleep)(self, ready, idle=idle):
                break
        self.finish()

    def finish(self) -> None:
        """Remove the running context from the queue (finish_wait)."""
        if self.sleepers.pop(self.rt.current, None) is not None:
            self.rt.changed(self, "finished")


class Prepare(Op[None]):
    """Enter the queue; from now on a wake-up counts (prepare_to_wait)."""

    __slots__ = ("queue",)
    kind: ClassVar[str] = "prepare"

    def __init__(self, queue: WaitQueue) -> None:
        self.queue = queue

    @property
    def thing(self) -> WaitQueue:
        return self.queue

    def commit(self, me: Context) -> None:
        self.queue.check("waited on")
        self.queue.sleepers[me] = False


class Sleep(Op[bool]):
    """Sleep until woken (schedule): True, unless the task was killed instead."""

    __slots__ = ("asks", "idle", "queue")
    kind: ClassVar[str] = "sleep"
    waits: ClassVar[bool] = True

    def __init__(self, queue: WaitQueue, asks: Callable[[], Script[bool]], *, idle: bool) -> None:
        self.queue = queue
        self.asks = asks
        """What it waits for."""
        self.idle = idle

    @property
    def thing(self) -> WaitQueue:
        return self.queue

    def ready(self, me: Context) -> bool:
        return self.queue.sleepers.get(me, False)

    def commit(self, me: Context) -> bool:
        self.queue.check("slept on")
        del self.queue.sleepers[me]
        return True


class KillableSleep(Sleep):
    """Sleep until woken or killed."""

    __slots__ = ()
    killable: ClassVar[bool] = True

    def killed(self, me: Context) -> bool:
        return False
