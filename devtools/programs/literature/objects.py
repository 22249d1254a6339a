"""Objects that are used while another task changes them: strings, accounts, singletons, seats and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Guarded, Part
from devtools.programs.bodies import program
from devtools.programs.literature.known import Published, claim, numbered

if TYPE_CHECKING:
    from aiovgic.sync import Parts

SEATS = 5


class Text(Part):
    """The length of a text, under a lock."""

    length = Guarded(3, by="m")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m", sleeps=True)


def stringbuffer() -> Published:
    """A text is shortened between the look at its length and the copy of so many characters (JDK 1.4)."""

    async def append(part: Text) -> None:
        async with part.m:
            length = part.length
        async with part.m:
            assert length <= part.length, "characters behind the end are copied"

    async def change(part: Text) -> None:
        async with part.m:
            part.length -= 3
        async with part.m:
            part.length += 3

    of = program(Text, {"appends": append, "changes": change})
    return Published("stringbuffer", of, 2, "2 threads, 10 points", "SCTBench; Flanagan and Qadeer, PLDI 2003")


class Bank(Part):
    """Two balances, an object with its pointer, the seats of an airplane, and a list."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m", sleeps=True)
        self.balances = [self.shared(f"balance{n}", 10) for n in range(2)]
        self.pointer = self.shared("pointer", 0)
        self.field = self.shared("field", 0)
        self.sold = self.shared("sold", 0)
        self.stopped = self.shared("stopped", value=False)
        self.tail = self.shared("tail", 0)
        self.links = [self.shared(f"link{n}", 0) for n in range(9)]


def bank() -> Published:
    """Two transfers between two accounts, each with a read and a write of both balances."""

    async def transfer(number: int, part: Bank) -> None:
        source, target = part.balances[number], part.balances[1 - number]
        await source.store(await source.load() - 1)
        await target.store(await target.load() + 1)

    check = claim("no money is lost", lambda part: sum(each.value for each in part.balances) == 20)  # noqa: PLR2004
    of = program(Bank, numbered(2, transfer), check)
    return Published("bank", of, 2, "2 threads", "IBM ConTest, Account", "expectation")


def double_checked() -> Published:
    """A singleton is published before its field is set; a second task sees it through the unlocked test."""

    async def use(_number: int, part: Bank) -> None:
        if not await part.pointer.load():
            async with part.m:
                if not await part.pointer.load():
                    await part.pointer.store(1)
                    await part.field.store(7)
        assert await part.field.load(), "it is used before it is made"

    return Published("double_checked", program(Bank, numbered(2, use)), 2, "2 threads", "CHESS, lazyinit")


def airline() -> Published:
    """Sellers test whether sales were stopped, and the seller of the last seat stops them later."""

    async def sell(_number: int, part: Bank) -> None:
        if not await part.stopped.load() and await part.sold.update(lambda sold: sold + 1) + 1 >= SEATS:
            await part.stopped.store(value=True)

    check = claim("no seat is sold twice", lambda part: part.sold.value <= SEATS)
    of = program(Bank, numbered(SEATS + 1, sell), check)
    return Published("airline", of, SEATS + 1, "6 threads", "IBM ConTest, Airline", "expectation")


def linked_list() -> Published:
    """Two tasks append to a list without a lock."""

    async def append(number: int, part: Bank) -> None:
        for n in range(4):
            element = 1 + number * 4 + n
            last = await part.tail.load()
            await part.links[last].store(element)
            await part.tail.store(element)

    check = claim("the list has all elements", lambda part: length(part) == len(part.links) - 1)
    of = program(Bank, numbered(2, append), check)
    return Published("linked_list", of, 2, "2 threads", "IBM ConTest, LinkedList", "expectation")


def length(part: Bank) -> int:
    """How many elements the list has, up to a circle."""
    at, count = 0, 0
    while (at := part.links[at].value) and count < len(part.links):
        count += 1
    return count
