"""Verbs that read and write: shared words with their orders, guarded fields, lists, maps, guest memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import fence
from aiovgic.sync.shared import Order
from devtools.programs.journal import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devtools.programs.instructions import Instruction
    from devtools.programs.player import ToySession, Verb

LISTED, MAPPED = "items", "table"


def order_of(it: Instruction, default: Order) -> Order:
    """The memory order that an instruction names, or the default of its operation."""
    return Order(it.order) if it.order else default


async def load(s: ToySession, me: str, it: Instruction) -> None:
    """Read a shared word."""
    s.see(me, await s.toy.words[it.thing].load(order_of(it, Order.RELAXED)))


async def reread(s: ToySession, me: str, it: Instruction) -> None:
    """Read a shared word in the step that the task is in."""
    word = s.toy.words[it.thing]
    s.see(me, word.reread())
    s.journal.touch(name_of(word), "read")


async def store(s: ToySession, me: str, it: Instruction) -> None:
    """Write a shared word."""
    await s.toy.words[it.thing].store(it.number, order_of(it, Order.RELAXED))


async def add(s: ToySession, me: str, it: Instruction) -> None:
    """Add to a shared word in one step (fetch_add)."""
    s.see(me, await s.toy.words[it.thing].update(lambda old: old + it.number, order_of(it, Order.FULL)))


async def cmpxchg(s: ToySession, me: str, it: Instruction) -> None:
    """Write a shared word if it is 0."""
    s.see(me, await s.toy.words[it.thing].cmpxchg(0, it.number, order_of(it, Order.FULL)))


async def barrier(s: ToySession, me: str, it: Instruction) -> None:
    """A barrier of its own."""
    await fence(order_of(it, Order.FULL))


async def read(s: ToySession, me: str, it: Instruction) -> None:
    """Read a guarded field."""
    s.see(me, getattr(s.toy, f"data_{it.thing}"))
    s.journal.touch(f"data_{it.thing}", "read")


async def write(s: ToySession, me: str, it: Instruction) -> None:
    """Write a guarded field."""
    setattr(s.toy, f"data_{it.thing}", it.number)
    s.journal.touch(f"data_{it.thing}", "write")


async def peek(s: ToySession, me: str, it: Instruction) -> None:
    """Read a guarded field where that may race, knowingly (data_race)."""
    s.see(me, await s.toy.data_race(lambda: getattr(s.toy, f"data_{it.thing}")))
    s.journal.touch(f"data_{it.thing}", "read")


async def append(s: ToySession, me: str, it: Instruction) -> None:
    """Put a number at the end of the list."""
    s.toy.items.append(it.number)
    s.journal.touch(LISTED, "write")


async def count(s: ToySession, me: str, it: Instruction) -> None:
    """Look how long the list is."""
    s.see(me, len(s.toy.items))
    s.journal.touch(LISTED, "read")


async def enter_in_map(s: ToySession, me: str, it: Instruction) -> None:
    """Put an entry into the map."""
    s.toy.table[it.number] = it.number
    s.journal.touch(MAPPED, "write")


async def drop_from_map(s: ToySession, me: str, it: Instruction) -> None:
    """Take an entry out of the map, if it is there."""
    s.see(me, s.toy.table.pop(it.number, 0))
    s.journal.touch(MAPPED, "write")


async def look_up(s: ToySession, me: str, it: Instruction) -> None:
    """Look for an entry of the map."""
    s.see(me, s.toy.table.get(it.number, 0))
    s.journal.touch(MAPPED, "read")


def range_of(it: Instruction) -> tuple[int, int]:
    """Where an access of guest memory begins, and its length: `4+2` is two bytes from byte 4 on."""
    at, _, length = it.thing.partition("+")
    return int(at), int(length)


async def mem_read(s: ToySession, me: str, it: Instruction) -> None:
    """Read a range of guest memory."""
    at, length = range_of(it)
    s.see(me, await s.toy.ram.read(at, length))
    for byte in range(at, at + length):
        s.journal.touch(f"ram[{byte}]", "read")


async def mem_write(s: ToySession, me: str, it: Instruction) -> None:
    """Write a range of guest memory."""
    at, length = range_of(it)
    await s.toy.ram.write(at, length, it.number)
    for byte in range(at, at + length):
        s.journal.touch(f"ram[{byte}]", "write")


TOUCHING: Mapping[str, Verb] = {
    "load": load,
    "reread": reread,
    "store": store,
    "add": add,
    "cmpxchg": cmpxchg,
    "fence": barrier,
    "read": read,
    "write": write,
    "peek": peek,
    "append": append,
    "count": count,
    "map": enter_in_map,
    "unmap": drop_from_map,
    "lookup": look_up,
    "mem-read": mem_read,
    "mem-write": mem_write,
}
