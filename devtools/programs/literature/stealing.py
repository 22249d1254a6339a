"""CHESS's work-stealing queue: its owner overwrites what a thief is about to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Guarded, Part
from devtools.programs.bodies import program
from devtools.programs.literature.known import Published, claim, numbered

if TYPE_CHECKING:
    from aiovgic.sync import Parts, Shared

NONE = -1


class StealingQueue(Part):
    """A queue that its owner pushes to and pops from at the tail, and thieves steal from at the head, under a lock.

    The queue holds two items at first; one that is full moves to an array of twice the size.
    """

    grown = Guarded(0, by="steal")

    items = 4
    """How many items there will be."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.steal_lock = self.lock("steal", sleeps=True)
        self.head = self.shared("head", 0)
        self.tail = self.shared("tail", 0)
        self.arrays = [[self.shared(f"slot{n}.{size}", NONE) for n in range(size)] for size in (2, 4, 8, 16)]
        self.used = [self.shared(f"used{n}", 0) for n in range(self.items)]

    @property
    def mask(self) -> int:
        """The size of the array, less one."""
        return len(self.arrays[self.grown]) - 1

    def slot(self, at: int) -> Shared[int]:
        """The place of an index in the array."""
        return self.arrays[self.grown][at & self.mask]

    async def use(self, item: int) -> None:
        """An item that was taken is done."""
        await self.used[item].update(lambda times: times + 1)

    async def steal(self) -> int:
        """Take the oldest item."""
        async with self.steal_lock:
            head = await self.head.load()
            await self.head.store(head + 1)
            if head < await self.tail.load():
                return await self.slot(head).load()
            await self.head.store(head)
            return NONE

    async def pop(self) -> int:
        """Take the newest item."""
        tail = await self.tail.load() - 1
        await self.tail.store(tail)
        if await self.head.load() <= tail:
            return await self.slot(tail).load()
        await self.tail.store(tail + 1)
        return await self.pop_locked()

    async def pop_locked(self) -> int:
        """Take the newest item while no task steals; an empty queue begins at 0 again."""
        item = NONE
        async with self.steal_lock:
            tail = await self.tail.load() - 1
            await self.tail.store(tail)
            if await self.head.load() <= tail:
                item = await self.slot(tail).load()
            else:
                await self.tail.store(tail + 1)
            if await self.head.load() > tail:
                await self.head.store(0)
                await self.tail.store(0)
                item = NONE
        return item

    async def push(self, item: int) -> None:
        """Put an item; the bug is that the test leaves no place free for a thief that has moved the head already."""
        tail = await self.tail.load()
        if tail < await self.head.load() + self.mask + 1:
            await self.slot(tail).store(item)
            await self.tail.store(tail + 1)
        else:
            await self.push_locked(item)

    async def push_locked(self, item: int) -> None:
        """Put an item while no task steals, and make place for it."""
        async with self.steal_lock:
            head = await self.head.load()
            count = await self.tail.load() - head
            items = [await self.slot(head + n).load() for n in range(count)]
            if count >= self.mask:
                self.grown += 1
            for n, each in enumerate([*items, item]):
                await self.slot(n).store(each)
            await self.head.store(0)
            await self.tail.store(count + 1)


class QueueOfEight(StealingQueue):
    """A queue for eight items."""

    items = 8


def wsq(items: int, thieves: int, size: str, *, first: bool = False) -> Published:
    """An owner pushes items and pops some; thieves try twice each. ``first``: all are pushed before one is popped."""

    async def thief(_number: int, part: StealingQueue) -> None:
        for _ in range(2):
            item = await part.steal()
            if item != NONE:
                await part.use(item)

    async def pop(part: StealingQueue) -> None:
        item = await part.pop()
        if item != NONE:
            await part.use(item)

    async def owner(part: StealingQueue) -> None:
        for n in range(items):
            await part.push(n)
            if n % 2 and not first:
                await pop(part)
        for _ in range(items if first else items // 2):
            await pop(part)

    check = claim("each item is used once", lambda part: all(used.value == 1 for used in part.used))
    bodies = {"owner": owner, **numbered(thieves, thief, "thief")}
    of = program(QueueOfEight if items == QueueOfEight.items else StealingQueue, bodies, check)
    name = f"wsq_{items}_first" if first else f"wsq_{items}"
    return Published(name, of, thieves + 1, size, "SCTBench; CHESS, WorkStealQueue", "expectation")
