"""Programs of SCTBench's CS family over locks and flags, written anew on the seam from their published form.

SCTBench: Thomson, Donaldson, Betts, "Concurrency testing using controlled schedulers" (PPoPP 2014, TOPC 2016). What a
program guards with a lock is a guarded field here. What races is a shared word: there, too, only accesses that race are
points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Guarded, Part
from devtools.programs.bodies import program
from devtools.programs.literature.known import Published, numbered

if TYPE_CHECKING:
    from aiovgic.sync import Parts

SOURCE = "SCTBench"


class Account(Part):
    """A balance, and whether each side of a transfer was done."""

    balance = Guarded(1, by="m")
    deposited = Guarded(default=False, by="m")
    withdrawn = Guarded(default=False, by="m")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m", sleeps=True)


def account() -> Published:
    """A check of the balance that is wrong once both sides of the transfer were done."""

    async def check(part: Account) -> None:
        async with part.m:
            if part.deposited and part.withdrawn:
                assert part.balance == (1 - 2) - 4, "the balance"

    async def deposit(part: Account) -> None:
        async with part.m:
            part.balance += 2
            part.deposited = True

    async def withdraw(part: Account) -> None:
        async with part.m:
            part.balance -= 4
            part.withdrawn = True

    bodies = {"check": check, "deposit": deposit, "withdraw": withdraw}
    return Published("account", program(Account, bodies), 3, "4 threads, 8 points", SOURCE)


class Data(Part):
    """A number under a lock."""

    data = Guarded(0, by="m")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.m = self.lock("m", sleeps=True)


def lazy01() -> Published:
    """A number must not reach 3, and does once two other tasks have added to it."""

    async def add(number: int, part: Data) -> None:
        async with part.m:
            part.data += number + 1

    async def check(part: Data) -> None:
        async with part.m:
            assert part.data < 3, "it is 3"  # noqa: PLR2004  as published

    return Published("lazy01", program(Data, {**numbered(2, add), "check": check}), 3, "4 threads, 11 points", SOURCE)


class Devices(Part):
    """The state of a driver: operations in progress, and whether it stops or has stopped."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.pending = self.shared("pending", 1)
        self.stopping = self.shared("stopping", value=False)
        self.event = self.shared("event", value=False)
        self.stopped = self.shared("stopped", value=False)

    async def leave(self) -> None:
        """One operation less in progress."""
        if await self.pending.update(lambda count: count - 1) == 1:
            await self.event.store(value=True)


def bluetooth(adders: int, size: str, source: str) -> Published:
    """A driver stops between the test of its flag and the count of an operation (Qadeer and Wu, PLDI 2004)."""

    async def add(_number: int, part: Devices) -> None:
        if not await part.stopping.load():
            await part.pending.update(lambda count: count + 1)
            assert not await part.stopped.load(), "it works after it stopped"
        await part.leave()

    async def stop(part: Devices) -> None:
        await part.stopping.store(value=True)
        await part.leave()
        if await part.event.load():
            await part.stopped.store(value=True)

    bodies = {**numbered(adders, add, "adds"), "stops": stop}
    name = "bluetooth" if adders == 1 else f"bluetooth_{adders}"
    return Published(name, program(Devices, bodies), adders + 1, size, source)


class Pair(Part):
    """Two words that are to change together."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.a = self.shared("a", 0)
        self.b = self.shared("b", 0)


def reorder(threads: int, size: str, source: str = SOURCE) -> Published:
    """Tasks that set two words one after the other, and one that must not see only the first set."""

    async def setter(_number: int, part: Pair) -> None:
        await part.a.store(1)
        await part.b.store(-1)

    async def check(part: Pair) -> None:
        unset = await part.a.load() == 0 and await part.b.load() == 0
        assert unset or (await part.a.load() == 1 and await part.b.load() == -1), "only one is set"

    bodies = {**numbered(threads - 1, setter), "check": check}
    return Published(f"reorder_{threads}", program(Pair, bodies), threads, size, source)


class Ring(Part):
    """Three values that go round, and how many of their tasks have moved theirs."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.ring = self.shared("ring", (1, 2, 1, 0))


def token_ring() -> Published:
    """Three tasks copy a value from the one before; a fourth finds them different when all have done so."""

    async def first(part: Ring) -> None:
        await part.ring.update(lambda ring: ((ring[2] + 1) % 4, ring[1], ring[2], ring[3] + 1))

    async def second(part: Ring) -> None:
        await part.ring.update(lambda ring: (ring[0], ring[0], ring[2], ring[3] + 1))

    async def third(part: Ring) -> None:
        await part.ring.update(lambda ring: (ring[0], ring[1], ring[1], ring[3] + 1))

    async def check(part: Ring) -> None:
        one, two, three, moved = await part.ring.load()
        assert moved < 3 or one == two == three, "the tokens differ"  # noqa: PLR2004  all of them

    bodies = {"first": first, "second": second, "third": third, "check": check}
    return Published("token_ring", program(Ring, bodies), 4, "5 threads, 11 points", SOURCE)
