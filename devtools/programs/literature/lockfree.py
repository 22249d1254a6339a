"""Stacks without locks: an element that was taken and put back between a look and a compare-and-swap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Part, Resched
from devtools.programs.bodies import program
from devtools.programs.literature.known import Published, numbered

if TYPE_CHECKING:
    from aiovgic.sync import Parts

EMPTY = -1


class Stack(Part):
    """Three elements on a stack, each with a link to the one below, and a count of its owners."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.head = self.shared("head", 0)
        self.count = self.shared("count", 3)
        self.below = [self.shared(f"next{n}", n + 1 if n < 2 else EMPTY) for n in range(3)]  # noqa: PLR2004  three
        self.owned = [self.shared(f"owned{n}", 0) for n in range(3)]

    async def own(self, element: int) -> None:
        """Use an element that was taken; no other task must have it."""
        assert await self.owned[element].update(lambda owners: owners + 1) == 0, "two tasks have one element"

    async def disown(self, element: int) -> None:
        """Use it no more."""
        await self.owned[element].update(lambda owners: owners - 1)

    async def push(self, element: int) -> None:
        """Put an element on top."""
        while True:
            top = await self.head.load()
            await self.below[element].store(top)
            if await self.head.cmpxchg(top, element) == top:
                return


def treiber_aba() -> Published:
    """Treiber's stack with elements that are used again."""

    async def pop(part: Stack) -> int:
        while (top := await part.head.load()) != EMPTY:
            below = await part.below[top].load()
            if await part.head.cmpxchg(top, below) == top:
                return top
        return EMPTY

    async def take(part: Stack) -> None:
        for _ in range(2):
            element = await pop(part)
            if element != EMPTY:
                await part.own(element)

    async def take_and_put(part: Stack) -> None:
        first, second = await pop(part), await pop(part)
        if second != EMPTY:
            await part.own(second)
        if first != EMPTY:
            await part.push(first)

    of = program(Stack, {"takes": take, "puts back": take_and_put})
    return Published("treiber_aba", of, 2, "2 threads", "Treiber 1986; Michael, PODC 2002")


def safestack() -> Published:
    """Vyukov's stack: 3 tasks, 3 elements, each task takes and puts back twice; the shortest bug has 5 preemptions."""

    async def pop(part: Stack) -> int:
        while await part.count.load() > 1:
            top = await part.head.load()
            below = await part.below[top].update(lambda _: EMPTY)
            if below < 0:
                await Resched()
            elif await part.head.cmpxchg(top, below) == top:
                await part.count.update(lambda count: count - 1)
                return top
            else:
                await part.below[top].update(lambda _, below=below: below)  # type: ignore[misc]
        return EMPTY

    async def task(_number: int, part: Stack) -> None:
        for _ in range(2):
            while (element := await pop(part)) == EMPTY:
                await Resched()
            await part.own(element)
            await part.disown(element)
            await part.push(element)
            await part.count.update(lambda count: count + 1)

    of = program(Stack, numbered(3, task))
    return Published("safestack", of, 3, "4 threads, 117 points", "SCTBench; Vyukov 2010")
