"""Programs of the literature on partial-order reduction, and the small bugs that peers are measured with.

The numbers of traces are those of Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial
order reduction" (POPL 2014), and Flanagan and Godefroid (POPL 2005), where they give them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiovgic.sync import Part
from aiovgic.testing.programs.bodies import Body, program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiovgic.engine.program import Program
    from aiovgic.sync import Parts

FILE_BLOCKS, FILE_INODES = 26, 32
INDEX_SIZE, INDEX_MAX = 128, 4


class Board(Part):
    """Words and locks by number, made where they are first touched in set-up."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.words = [self.shared(f"word{n}", 0) for n in range(INDEX_SIZE)]
        self.locks = [self.lock(f"lock{n}") for n in range(FILE_BLOCKS + FILE_INODES)]
        self.queue = self.wait_queue("queue")


class SmallBoard(Part):
    """The same with a few of each, for programs that are to be fast."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.words = [self.shared(f"word{n}", 0) for n in range(8)]
        self.locks = [self.lock(f"lock{n}") for n in range(3)]
        self.queue = self.wait_queue("queue")


@dataclass(frozen=True)
class Known:
    """A program of which it is known how many traces it has, and what breaks in it."""

    name: str
    program: Program
    traces: int | None
    """Mazurkiewicz traces; None where it is not known."""
    breaks: str = ""
    """The kind of finding, if there is one."""


def known(
    name: str, bodies: Mapping[str, Body], traces: int | None, breaks: str = "", make: Callable[..., Part] = SmallBoard
) -> Known:
    """A program over a board."""
    return Known(name, program(make, bodies), traces, breaks)


def numbered(count: int, body: Callable[[int, Any], Any], called: str = "t") -> dict[str, Body]:
    """So many tasks with one body, which knows its number."""
    return {f"{called}{n}": partial(body, n) for n in range(count)}


# -- partial-order reduction -----------------------------------------------------------------


def readers(count: int) -> Known:
    """One writer of a word, and readers of it."""

    async def writer(board: Board) -> None:
        await board.words[0].store(1)

    async def reader(_number: int, board: Board) -> None:
        await board.words[0].load()

    return known(f"readers({count})", {"writer": writer, **numbered(count, reader)}, 2**count)


def filesystem(count: int) -> Known:
    """Threads that each give a block to an inode; those from 14 on compete for blocks."""

    async def thread(number: int, board: Board) -> None:
        inode = number % FILE_INODES
        async with board.locks[FILE_BLOCKS + inode]:
            if await board.words[FILE_BLOCKS + inode].load():
                return
            block = inode * 2 % FILE_BLOCKS
            while not await take(block, inode, board):
                block = (block + 1) % FILE_BLOCKS

    async def take(block: int, inode: int, board: Board) -> bool:
        async with board.locks[block]:
            if await board.words[block].load():
                return False
            await board.words[block].store(1)
            await board.words[FILE_BLOCKS + inode].store(block + 1)
            return True

    return known(f"filesystem({count})", numbered(count, thread), 2 ** max(0, count - 13), make=Board)


def indexer(count: int) -> Known:
    """Threads that each put four entries into a hash table; those from 12 on collide."""

    async def thread(number: int, board: Board) -> None:
        for n in range(1, INDEX_MAX + 1):
            entry = n * 11 + number
            slot = entry * 7 % INDEX_SIZE
            while await board.words[slot].cmpxchg(0, entry):
                slot = (slot + 1) % INDEX_SIZE

    return known(f"indexer({count})", numbered(count, thread), 8 ** max(0, count - 11), make=Board)


def lastzero(count: int) -> Known:
    """One who looks for the last zero of an array, while others count it up."""

    async def seeker(board: Board) -> None:
        at = count
        while await board.words[at].load():
            at -= 1

    async def counter(number: int, board: Board) -> None:
        before = await board.words[number].load()
        await board.words[number + 1].store(before + 1)

    traces = (count + 3) * 2**count // 4
    return known(f"lastzero({count})", {"seeker": seeker, **numbered(count, counter)}, traces, make=Board)


def apart() -> Known:
    """Three tasks with two locked operations each, on objects of their own."""

    async def task(number: int, board: Board) -> None:
        for _ in range(2):
            async with board.locks[number]:
                value = await board.words[number].load()
                await board.words[number].store(value + 1)

    return known("apart", numbered(3, task), 1)


# -- what peers are measured with ------------------------------------------------------------


def guarded(tasks: int, rounds: int, traces: int | None) -> Known:
    """A counter under a lock."""

    async def task(_number: int, board: Board) -> None:
        for _ in range(rounds):
            async with board.locks[0]:
                value = await board.words[0].load()
                await board.words[0].store(value + 1)

    return known(f"guarded {tasks}x{rounds}", numbered(tasks, task), traces)


SKEW = 4
"""Steps by which each task of `abba` starts later than the one before."""


def abba() -> Known:
    """Three locks taken in a circle, by tasks that start one after the other."""

    async def task(number: int, board: Board) -> None:
        for _ in range(number * SKEW):
            await board.words[number].load()
        async with board.locks[number], board.locks[(number + 1) % 3]:
            await board.words[3 + number].load()

    return known("abba", numbered(3, task), 7, "deadlock")


def kick(rounds: int = 1) -> Known:
    """A flag and a wake-up, tested before the sleeper is known: the wake-up can be lost."""

    async def sleeper(board: Board) -> None:
        for _ in range(rounds):
            if not await board.words[0].load():
                await sleep_once(board)
            await board.words[0].store(0)

    async def sleep_once(board: Board) -> None:
        asked = 0

        async def woken() -> bool:
            nonlocal asked
            asked += 1
            return asked > 1

        await board.queue.wait(woken)

    async def waker(board: Board) -> None:
        for _ in range(rounds):
            await board.words[0].store(1)
            board.queue.wake()

    return known("kick", {"sleeper": sleeper, "waker": waker}, None, "lost-wakeup")


WRITES = 10
OPEN_AT = 2
"""The one step of the writer of `rare` at which the window is open."""


def rare() -> Known:
    """Two who look, in order, into a window that is open for one step of ten."""

    async def writer(board: Board) -> None:
        for n in range(WRITES):
            await board.words[0].store(n == OPEN_AT)

    async def first(board: Board) -> None:
        if await board.words[0].load():
            await board.words[1].store(1)

    async def second(board: Board) -> None:
        if await board.words[0].load():
            assert not await board.words[1].load(), "both looked in while it was open"

    return known("rare", {"writer": writer, "first": first, "second": second}, None, "model-bug")


LITERATURE: tuple[Known, ...] = (
    readers(2),
    readers(8),
    filesystem(14),
    filesystem(16),
    filesystem(18),
    indexer(12),
    indexer(13),
    indexer(15),
    lastzero(5),
    lastzero(8),
    apart(),
    guarded(3, 1, 6),
    guarded(3, 2, 90),
    guarded(3, 3, 1680),
    abba(),
)
"""Programs whose number of traces is known."""

BUGS: tuple[Known, ...] = (abba(), kick(), rare())
"""Small bugs that separate strategies."""
