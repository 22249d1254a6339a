"""The part that toy programs work on: one of everything that the seam has, and objects that can be freed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.model.faults import FaultBudget, Faults
from aiovgic.sync import Channel, Guarded, GuardedList, GuardedMap, MemoryAccess, Part, Rcu

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic.sync import Context, Lock, Parts, Shared

WORDS = ("u", "v", "flag", "request")
SAYS = ("ready", "open")
"""Words that publish something when they become true."""
LOCKS = ("a", "b", "m", "i")
"""Two spinlocks, a mutex, and a lock that turns interrupts off."""
OBJECTS = ("x", "y")
RAM = 16
"""Bytes of guest memory."""


class Object(Part):
    """An object with a count, a word, a lock and two guarded fields, which can be freed."""

    note = Guarded(0, by="inner")
    mark = Guarded(0, by="inner")

    def __init__(self, parts: Parts, name: str, label: str = "") -> None:
        super().__init__(parts, name)
        self.label = label or name
        """What the journal calls it: the same in every order of allocations."""
        self.refs = self.ref()
        self.word = self.shared("word", 0)
        self.inner = self.lock("inner")


class Interrupt(Part):
    """A field whose truth is in a list register while a task has loaded it."""

    active = Guarded(0, by="a", mirrored=True)
    loader = Guarded["Context | None"](None, by="a")

    def mirror(self) -> Context | None:
        return self.loader


class Ram(Part):
    """A few bytes of guest memory."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.content = bytearray(RAM)

    async def read(self, at: int, length: int) -> int:
        """A number of so many bytes, little-endian."""
        await MemoryAccess(self, at, length, write=False)
        return int.from_bytes(self.content[at : at + length], "little")

    async def write(self, at: int, length: int, value: int) -> None:
        """Put a number into so many bytes, little-endian."""
        await MemoryAccess(self, at, length, write=True)
        self.content[at : at + length] = value.to_bytes(length, "little")


class Toy(Part):
    """One of everything; ``data_a`` is guarded by lock ``a``, and so on, ``data_c`` by lock ``a``, too."""

    data_a = Guarded(0, by="a")
    data_b = Guarded(0, by="b")
    data_m = Guarded(0, by="m")
    data_i = Guarded(0, by="i")
    data_c = Guarded(0, by="a")
    built = Guarded(0, by="a")
    due = Guarded(0, by="a")
    slot = Guarded["Object | None"](None, by="a")
    items = GuardedList[int](by="b")
    table = GuardedMap[int, int](by="b")

    def __init__(self, parts: Parts, name: str, serve: Callable[[int], Awaitable[int]], failures: int = 0) -> None:
        super().__init__(parts, name)
        self.words: dict[str, Shared[int]] = {word: self.shared(word, 0) for word in WORDS}
        self.says: dict[str, Shared[bool]] = {word: self.shared(word, value=False) for word in SAYS}
        self.locks: dict[str, Lock] = {
            "a": self.lock("a"),
            "b": self.lock("b"),
            "m": self.lock("m", sleeps=True),
            "i": self.lock("i", irqsave=True),
        }
        self.commands = self.lock("commands", sleeps=True)
        self.queue = self.wait_queue("queue")
        self.srcu = self.srcu_struct("srcu")
        self.rcu = Rcu(self.rt, self, "rcu")
        self.objects = {each: parts.make(Object, each) for each in OBJECTS}
        self.interrupt = parts.make(Interrupt, "irq")
        self.ram = parts.make(Ram, "ram")
        self.faults = parts.make(Faults, "faults", FaultBudget(alloc=failures))
        self.inside: dict[str, bool] = {}
        """The tasks that are in guest mode."""
        self.channel: Channel[int, int] = Channel(self.rt, "server", serve)

    def shown(self) -> dict[str, Any]:
        """Its whole state."""
        return {
            "words": {name: word.value for name, word in self.words.items()},
            "says": {name: word.value for name, word in self.says.items()},
            "data": [self.data_a, self.data_b, self.data_m, self.data_i, self.data_c, self.built, self.due],
            "active": self.interrupt.active,
            "items": list(self.items),
            "table": dict(self.table),
            "ram": self.ram.content.hex(),
            "slot": "" if self.slot is None else self.slot.label,
            "objects": {name: state_of(each) for name, each in self.objects.items()},
            "made": sorted(f"{each.label}: {state_of(each)}" for each in self.made()),
        }

    def made(self) -> list[Object]:
        """The objects that were allocated, in order of allocation."""
        return [each for each in self.faults.made if isinstance(each, Object)]


def state_of(each: Object) -> str:
    """An object in a few words."""
    if each.freed:
        return "freed"
    return f"{each.refs.count} references, word {each.word.value}, note {each.note}, mark {each.mark}"
