"""Programs of the literature on partial-order reduction, with the numbers of their traces.

The numbers are those of Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order reduction" (POPL 2014),
and Flanagan and Godefroid (POPL 2005), where they give them.
"""

from __future__ import annotations

from devtools.programs.literature.known import (
    FILE_BLOCKS,
    FILE_INODES,
    INDEX_MAX,
    INDEX_SIZE,
    Board,
    Known,
    known,
    numbered,
)


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
    """A task looks for the last zero of an array, while others count it up."""

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


def guarded(tasks: int, rounds: int, traces: int | None) -> Known:
    """A counter under a lock."""

    async def task(_number: int, board: Board) -> None:
        for _ in range(rounds):
            async with board.locks[0]:
                value = await board.words[0].load()
                await board.words[0].store(value + 1)

    return known(f"guarded {tasks}x{rounds}", numbered(tasks, task), traces)
