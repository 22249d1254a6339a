"""Buffers, queues and stacks under a lock, with a flag that is tested once too often or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Guarded, GuardedList, Part
from devtools.programs.bodies import program
from devtools.programs.literature.known import Published

if TYPE_CHECKING:
    from aiovgic.sync import Parts

SOURCE = "SCTBench"


class Buffer(Part):
    """Items, and whose turn it is."""

    items = GuardedList[int](by="m")
    taken = Guarded(0, by="m")
    send = Guarded(default=True, by="m")
    receive = Guarded(default=False, by="m")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m", sleeps=True)

    def put(self, item: int) -> None:
        """Append an item; then it is the receiver's turn."""
        self.items.append(item)
        self.send, self.receive = False, True

    def take(self) -> int:
        """The oldest item; then it is the sender's turn."""
        item = self.items[self.taken]
        self.taken += 1
        self.send, self.receive = True, False
        return item


def circular_buffer(rounds: int = 7) -> Published:
    """The receiver takes the number of its round for the number of the item."""

    async def send(part: Buffer) -> None:
        for n in range(rounds):
            async with part.m:
                if part.send:
                    part.put(n)

    async def receive(part: Buffer) -> None:
        for n in range(rounds):
            async with part.m:
                if part.receive:
                    assert part.take() == n, "another item"

    of = program(Buffer, {"send": send, "receive": receive})
    return Published("circular_buffer", of, 2, "3 threads, 31 points", SOURCE)


class Queue(Buffer):
    """A buffer, and what was stored in each round."""

    stored = GuardedList[int](by="m")


def queue(size: int = 20) -> Published:
    """The reader of a queue expects in its round n what was stored in round n, though it may have skipped rounds."""

    async def enqueue(part: Queue) -> None:
        value = 0
        async with part.m:
            part.items.append(value)
            part.stored.extend([value] + [0] * (size - 1))
        for n in range(1, size):
            async with part.m:
                if part.send:
                    value += 1
                    part.put(value)
                    part.stored[n] = value

    async def dequeue(part: Queue) -> None:
        for n in range(size):
            async with part.m:
                if part.receive:
                    assert part.take() == part.stored[n], "another element"

    of = program(Queue, {"enqueue": enqueue, "dequeue": dequeue})
    return Published("queue", of, 2, "3 threads, 83 points", SOURCE)


def stack(size: int = 10) -> Published:
    """The flag says that something was pushed once; it does not say that the stack is not empty."""

    async def push(part: Buffer) -> None:
        for n in range(size):
            async with part.m:
                part.items.append(n)
                part.receive = True

    async def pop(part: Buffer) -> None:
        for _ in range(size):
            async with part.m:
                if part.receive:
                    assert part.items, "the stack is empty"
                    part.items.pop()

    return Published("stack", program(Buffer, {"push": push, "pop": pop}), 2, "3 threads, 43 points", SOURCE)
