"""Programs of SCTBench's CS family that take the wrong locks, or take them in the wrong order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Guarded, Part
from devtools.programs.bodies import program
from devtools.programs.literature.known import FILE_BLOCKS, Published, numbered

if TYPE_CHECKING:
    from aiovgic.sync import Parts

SOURCE = "SCTBench"


class Locks(Part):
    """Two locks, a word, and how many tasks are in each of two classes."""

    inside = Guarded((0, 0), by="m")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m", sleeps=True)
        self.other = self.lock("other", sleeps=True)
        self.word = self.shared("word", 0)
        self.second = self.shared("second", 0)


def deadlock01() -> Published:
    """Two locks, taken in both orders."""

    async def one(part: Locks) -> None:
        async with part.m, part.other:
            await part.word.update(lambda word: word + 1)

    async def two(part: Locks) -> None:
        async with part.other, part.m:
            await part.word.update(lambda word: word - 1)

    of = program(Locks, {"one": one, "two": two})
    return Published("deadlock01", of, 2, "3 threads, 11 points", SOURCE, "deadlock")


def phase01() -> Published:
    """A lock that no task gives back."""

    async def phases(_number: int, part: Locks) -> None:
        async with part.m:
            pass
        await part.m.acquire()
        for _ in range(2):
            async with part.other:
                pass

    of = program(Locks, numbered(2, phases))
    return Published("phase01", of, 2, "3 threads, 11 points", SOURCE, "deadlock")


def carter01() -> Published:
    """The first task of a class waits for the other class, and holds the lock that the other needs to leave."""

    async def enter(kind: int, part: Locks) -> None:
        async with part.m:
            count = part.inside[kind] + 1
            part.inside = changed(part.inside, kind, count)
            if count == 1:
                await part.other.acquire()
        async with part.m:
            count = part.inside[kind] - 1
            part.inside = changed(part.inside, kind, count)
            if count == 0:
                part.other.release()

    of = program(Locks, numbered(2, enter))
    return Published("carter01", of, 2, "5 threads, of which 2 do nothing, 19 points", SOURCE, "deadlock")


def changed(inside: tuple[int, int], kind: int, count: int) -> tuple[int, int]:
    """The counts of both classes with the one of this class replaced."""
    return (count, inside[1]) if kind == 0 else (inside[0], count)


class Table(Part):
    """As many forks as philosophers."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.forks = [self.lock(f"fork{n}", sleeps=True) for n in range(7)]


def philosophers(count: int) -> Published:
    """Each takes the fork at its left, then the one at its right."""

    async def dine(number: int, part: Table) -> None:
        async with part.forks[number], part.forks[(number + 1) % count]:
            pass

    of = program(Table, numbered(count, dine))
    return Published(f"philosophers_{count}", of, count, f"{count} threads", "Inspect, Dining", "deadlock")


def wronglock(others: int, size: str) -> Published:
    """A word is changed under one lock by one task, and under another lock by all others."""

    async def right(part: Locks) -> None:
        async with part.m:
            before = await part.word.load()
            await part.word.store(await part.word.load() + 1)
            assert await part.word.load() == before + 1, "another task changed it"

    async def wrong(_number: int, part: Locks) -> None:
        async with part.other:
            await part.word.store(await part.word.load() + 1)

    name = "wronglock" if others == 7 else f"wronglock_{others}"  # noqa: PLR2004  as published
    of = program(Locks, {"right": right, **numbered(others, wrong)})
    return Published(name, of, others + 1, size, SOURCE)


def twostage(threads: int, size: str, source: str = SOURCE) -> Published:
    """Two words under a lock each, changed one after the other; a reader comes in between."""

    async def change(_number: int, part: Locks) -> None:
        async with part.m:
            await part.word.store(1)
        async with part.other:
            await part.second.store(await part.word.load() + 1)

    async def read(part: Locks) -> None:
        async with part.m:
            first = await part.word.load()
        if first:
            async with part.other:
                assert await part.second.load() == first + 1, "the second is not changed yet"

    name = "twostage" if threads == 2 else f"twostage_{threads}"  # noqa: PLR2004  as published
    of = program(Locks, {**numbered(threads - 1, change), "read": read})
    return Published(name, of, threads, size, source)


class Files(Part):
    """Inodes and blocks, a lock each."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.inode_locks = [self.lock(f"inode_lock{n}") for n in range(FILE_BLOCKS)]
        self.block_locks = [self.lock(f"block_lock{n}") for n in range(FILE_BLOCKS)]
        self.inodes = [self.shared(f"inode{n}", 0) for n in range(FILE_BLOCKS)]
        self.busy = [self.shared(f"busy{n}", value=False) for n in range(FILE_BLOCKS)]


def fsbench() -> Published:
    """27 tasks, each with an inode of its own, of which there are 26."""

    async def thread(number: int, part: Files) -> None:
        assert number < FILE_BLOCKS, "there is no such inode"
        async with part.inode_locks[number]:
            if await part.inodes[number].load() == 0:
                await give_block(number, part)

    async def give_block(number: int, part: Files) -> None:
        for n in range(FILE_BLOCKS // 2):
            block = (number * 2 + n) % FILE_BLOCKS
            async with part.block_locks[block]:
                if not await part.busy[block].load():
                    await part.busy[block].store(value=True)
                    await part.inodes[number].store(block + 1)
                    return

    return Published("fsbench", program(Files, numbered(27, thread)), 27, "28 threads, 155 points", SOURCE)
