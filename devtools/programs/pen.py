"""The pen of one task of a drawn program: it draws words, values and statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from devtools.programs.instructions import Instruction

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Body: TypeAlias = "tuple[Instruction, ...]"
Write: TypeAlias = "Callable[[Pen], Body]"
"""Writes a few instructions that belong together."""

DEEPEST = 2
"""Bodies within bodies."""

LOAD_ORDERS = ("", "acquire", "acquire")
STORE_ORDERS = ("", "release", "release")
UPDATE_ORDERS = ("", "relaxed", "acquire", "release", "full")


@dataclass
class Pen:
    """Writes the instructions of one task."""

    random: Random
    features: tuple[Write, ...]
    """The functions that write its statements."""
    ordered: bool
    """Whether accesses have memory orders."""
    words: tuple[str, ...]
    objects: tuple[str, ...]
    depth: int = 0
    children: list[int] = field(default_factory=lambda: [0])
    """How many tasks this one has spawned, in a list of one."""

    def toss(self, chance: float) -> bool:
        """True with this probability."""
        return self.random.random() < chance

    def word(self) -> str:
        """A shared word."""
        return self.random.choice(self.words)

    def thing(self) -> str:
        """An object."""
        return self.random.choice(self.objects)

    def small(self) -> int:
        """A value."""
        return self.random.randint(1, 2)

    def spin(self) -> str:
        """A spinlock, most often the first."""
        return self.random.choice(("a", "a", "b"))

    def order(self, orders: tuple[str, ...]) -> str:
        """A memory order, if the program has any."""
        return self.random.choice(orders) if self.ordered else ""

    def access(self) -> Instruction:
        """One access of a shared word."""
        match self.random.choice(("load", "load", "store", "store", "add", "cmpxchg")):
            case "load":
                return Instruction("load", self.word(), order=self.order(LOAD_ORDERS))
            case "store":
                value = self.random.randint(0, 2)
                return Instruction("store", self.word(), value, order=self.order(STORE_ORDERS))
            case verb:
                return Instruction(verb, self.word(), self.random.randint(0, 2), order=self.order(UPDATE_ORDERS))

    def touch(self, name: str) -> Instruction:
        """One access of a guarded field."""
        return Instruction("read", name) if self.toss(0.5) else Instruction("write", name, self.small())

    def inner(self) -> Body:
        """What is in a body: one statement or two, of the program's features."""
        if self.depth == DEEPEST:
            return (self.access(),) if self.toss(0.5) else (self.touch("c"),)
        self.depth += 1
        body = self.statement()
        if self.toss(0.3):
            body += self.statement()
        self.depth -= 1
        return body

    def statement(self) -> Body:
        """One statement of the program's features that this task may do."""
        return self.random.choice(self.features)(self)

    def near(self, *choices: Body) -> Body:
        """One of these."""
        return self.random.choice(choices)
