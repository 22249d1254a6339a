"""Algorithms for mutual exclusion, each with the one change that is known to break it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Part, Resched
from devtools.programs.bodies import program
from devtools.programs.literature.known import Published, numbered

if TYPE_CHECKING:
    from aiovgic.sync import Parts

FOLKLORE = "Herlihy and Shavit, The Art of Multiprocessor Programming"


class Flags(Part):
    """Two words for each task, a turn, and how many tasks are in the critical section."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.flags = [self.shared(f"flag{n}", 0) for n in range(2)]
        self.turn = self.shared("turn", 0)
        self.inside = self.shared("inside", 0)

    async def critical(self) -> None:
        """The critical section."""
        assert await self.inside.update(lambda inside: inside + 1) == 0, "both are in the critical section"
        await self.inside.update(lambda inside: inside - 1)


def peterson() -> Published:
    """Peterson's algorithm that gives the turn away before it raises its flag."""

    async def task(number: int, part: Flags) -> None:
        other = 1 - number
        await part.turn.store(other)
        await part.flags[number].store(1)
        while await part.flags[other].load() and await part.turn.load() == other:
            await Resched()
        await part.critical()
        await part.flags[number].store(0)

    return Published("peterson", program(Flags, numbered(2, task)), 2, "2 threads", FOLKLORE)


def dekker() -> Published:
    """Dekker's algorithm that tests the other's flag before it raises its own."""

    async def task(number: int, part: Flags) -> None:
        other = 1 - number
        while await part.flags[other].load():
            await Resched()
        await part.flags[number].store(1)
        if await part.turn.load() == other:
            await part.turn.store(number)
        await part.critical()
        await part.flags[number].store(0)

    return Published("dekker", program(Flags, numbered(2, task)), 2, "2 threads", "CHESS, Dekker")


def bakery() -> Published:
    """Lamport's bakery without the word that says that a task is choosing its number."""

    async def task(number: int, part: Flags) -> None:
        other = 1 - number
        mine = 1 + max(await part.flags[number].load(), await part.flags[other].load())
        await part.flags[number].store(mine)
        while (theirs := await part.flags[other].load()) and (theirs, other) < (mine, number):
            await Resched()
        await part.critical()
        await part.flags[number].store(0)

    return Published("bakery", program(Flags, numbered(2, task)), 2, "2 threads", FOLKLORE)


class ReadersWriters(Part):
    """The numbers of readers and writers, and a value in two copies."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.writing = self.shared("writing", 0)
        self.reading = self.shared("reading", 0)
        self.x = self.shared("x", 0)


def read_write_lock() -> Published:
    """A writer that tests for readers and says that it writes in two steps."""

    async def write(number: int, part: ReadersWriters) -> None:
        if await part.writing.load() or await part.reading.load():
            return
        await part.writing.store(1)
        await part.x.store(number + 3)
        await part.writing.store(0)

    async def read(_number: int, part: ReadersWriters) -> None:
        if await part.writing.load():
            return
        await part.reading.update(lambda reading: reading + 1)
        value = await part.x.load()
        assert await part.x.load() == value, "it is written while it is read"
        await part.reading.update(lambda reading: reading - 1)

    of = program(ReadersWriters, {**numbered(2, write, "writes"), **numbered(2, read, "reads")})
    return Published("read_write_lock", of, 4, "4 threads", "SV-COMP, pthread-atomic/read_write_lock-1")
