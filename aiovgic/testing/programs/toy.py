"""What toy programs play with: a part that has one of everything, and objects that can be freed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.sync import Channel, Guarded, Part, Rcu

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic.sync import Lock, Parts, Shared

WORDS = ("u", "v", "flag")
LOCKS = ("a", "b", "m", "i")
"""Two spinlocks, a mutex, and a lock that turns interrupts off."""
OBJECTS = ("x", "y")


class Object(Part):
    """Something with a count that can be freed."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.refs = self.ref()
        self.word = self.shared("word", 0)


class Toy(Part):
    """One of everything; ``data_a`` is guarded by lock ``a``, and so on."""

    data_a = Guarded(0, by="a")
    data_b = Guarded(0, by="b")
    data_m = Guarded(0, by="m")
    data_i = Guarded(0, by="i")

    def __init__(self, parts: Parts, name: str, serve: Callable[[int], Awaitable[int]]) -> None:
        super().__init__(parts, name)
        self.words: dict[str, Shared[int]] = {word: self.shared(word, 0) for word in WORDS}
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
        self.channel: Channel[int, int] = Channel(self.rt, "server", serve)

    def shown(self) -> dict[str, Any]:
        """Its state, as far as anybody could tell."""
        return {
            "words": {name: word.value for name, word in self.words.items()},
            "data": [self.data_a, self.data_b, self.data_m, self.data_i],
            "objects": {
                name: "freed" if each.freed else [each.refs.count, each.word.value]
                for name, each in self.objects.items()
            },
        }
