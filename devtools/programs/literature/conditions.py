"""Programs with condition variables, and with the test that a waiting task makes of its condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Guarded, Part, Prepare, Sleep
from devtools.programs.bodies import program
from devtools.programs.literature.known import Published, claim, numbered

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync import Parts, WaitQueue

SOURCE = "SCTBench"


class Store(Part):
    """How many items there are, under a lock, and two conditions."""

    number = Guarded(0, by="m")
    total = Guarded(0, by="m")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m", sleeps=True)
        self.empty = self.wait_queue("empty")
        self.full = self.wait_queue("full")

    async def wait(self, queue: WaitQueue, holds: Callable[[], bool]) -> None:
        """Give the lock back, sleep until woken, and take the lock again (pthread_cond_wait)."""

        async def ready() -> bool:
            return holds()

        await Prepare(queue)
        self.m.release()
        await Sleep(queue, ready, idle=False)
        await self.m.acquire()

    async def put(self) -> None:
        """Wait until there is no item, and put one."""
        async with self.m:
            while self.number > 0:
                await self.wait(self.empty, lambda: self.number == 0)
            self.number += 1
        self.full.wake()

    async def take(self, add: int = 0, *, keep: bool = False) -> None:
        """Wait until there is an item, and take it, unless it is to be kept."""
        async with self.m:
            while self.number == 0:
                await self.wait(self.full, lambda: self.number > 0)
            self.total += add
            self.number -= not keep
        self.empty.wake()


class StoreOfOne(Store):
    """A store with an item from the start."""

    number = Guarded(1, by="m")


class StoreOfTwo(Store):
    """A store with two items from the start."""

    number = Guarded(2, by="m")


def sync01() -> Published:
    """A producer waits for an empty store, and the consumer takes nothing."""

    async def produce(part: Store) -> None:
        await part.put()

    async def consume(part: Store) -> None:
        await part.take(keep=True)

    of = program(StoreOfOne, {"produce": produce, "consume": consume})
    return Published("sync01", of, 2, "3 threads, 9 points", SOURCE, "deadlock")


def sync02() -> Published:
    """A producer of two items has to wait for four to be taken, and the consumer takes two."""

    async def produce(part: Store) -> None:
        for _ in range(2):
            await part.put()

    async def consume(part: Store) -> None:
        for _ in range(2):
            await part.take()

    of = program(StoreOfTwo, {"produce": produce, "consume": consume})
    return Published("sync02", of, 2, "3 threads, 18 points", SOURCE, "deadlock")


def arithmetic_prog() -> Published:
    """A producer and a consumer add up 0 to 3; the program claims another sum."""

    async def produce(part: Store) -> None:
        for _ in range(3):
            await part.put()

    async def consume(part: Store) -> None:
        for number in range(3):
            await part.take(number)
        part.total += 3

    check = claim("the sum is not 6", lambda part: part.total != 6)  # noqa: PLR2004  as published
    of = program(Store, {"produce": produce, "consume": consume}, check)
    return Published("arithmetic_prog", of, 2, "3 threads, 20 points", SOURCE, "expectation")


def buffer_if() -> Published:
    """Two consumers test their condition with an `if`: woken for one item, both take it."""

    async def consume(_number: int, part: Store) -> None:
        async with part.m:
            if part.number == 0:
                await part.wait(part.full, lambda: part.number > 0)
            part.number -= 1
            assert part.number >= 0, "an item was taken twice"

    async def produce(_number: int, part: Store) -> None:
        async with part.m:
            part.number += 1
        part.full.wake()

    bodies = {**numbered(2, consume, "consumes"), **numbered(2, produce, "produces")}
    return Published("buffer_if", program(Store, bodies), 4, "5 threads", "IBM ConTest, BufferIf")


class Agent(Part):
    """Two events, each with a count and its sleepers."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.counts = [self.shared(f"count{n}", 0) for n in range(2)]
        self.queues = [self.wait_queue(f"event{n}") for n in range(2)]

    async def signal(self, event: int) -> None:
        """Count an event, and wake the task that waits for it."""
        await self.counts[event].update(lambda count: count + 1)
        self.queues[event].wake()

    async def wait(self, event: int, count: int) -> int:
        """Wait for an event unless its count has changed; gives the count after it."""

        async def changed() -> bool:
            return False

        if await self.counts[event].load() == count:
            await Prepare(self.queues[event])
            await Sleep(self.queues[event], changed, idle=False)
        return await self.counts[event].load()


def remote_agent() -> Published:
    """A task tests the count of an event, and the event comes before it sleeps: the fault of the Remote Agent."""

    async def first(part: Agent) -> None:
        count = 0
        for _ in range(3):
            count = await part.wait(0, count)
            await part.signal(1)

    async def second(part: Agent) -> None:
        count = 0
        for _ in range(3):
            await part.signal(0)
            count = await part.wait(1, count)

    of = program(Agent, {"first": first, "second": second})
    return Published("remote_agent", of, 2, "2 threads", "JPF, oldclassic (Havelund et al., 2001)", "deadlock")
