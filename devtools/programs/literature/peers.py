"""Small bugs that the explorer and its peers are measured with."""

from __future__ import annotations

from devtools.programs.literature.known import Board, Known, known, numbered

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
"""The one step of the writer of `rare` at which the word is set."""


def rare() -> Known:
    """Two tasks must look, one after the other, while a word is set, which it is for one step of ten."""

    async def writer(board: Board) -> None:
        for n in range(WRITES):
            await board.words[0].store(n == OPEN_AT)

    async def first(board: Board) -> None:
        if await board.words[0].load():
            await board.words[1].store(1)

    async def second(board: Board) -> None:
        if await board.words[0].load():
            assert not await board.words[1].load(), "both looked while it was set"

    return known("rare", {"writer": writer, "first": first, "second": second}, None, "test-error")
