"""A small concurrent program as data: tasks of instructions, some of which have a body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ORDERS = ("relaxed", "acquire", "release", "full")
"""Memory orders, as instructions write them."""


@dataclass(frozen=True)
class Instruction:
    """One instruction: a verb, the thing it works on, a value, a memory order, and the instructions inside it."""

    verb: str
    thing: str = ""
    value: int | None = None
    body: tuple[Instruction, ...] = ()
    order: str = ""

    @property
    def number(self) -> int:
        """The value, or 0 if there is none."""
        return self.value or 0

    def walk(self) -> Iterator[Instruction]:
        """This instruction and all in it."""
        yield self
        for each in self.body:
            yield from each.walk()

    def __str__(self) -> str:
        value = "" if self.value is None else str(self.value)
        head = " ".join(word for word in (self.verb, self.thing, value, self.order) if word)
        return f"{head} {{{'; '.join(map(str, self.body))}}}" if self.body else head


@dataclass(frozen=True)
class Listing:
    """A whole program: the instructions of each task, and the tasks that are interrupt handlers."""

    name: str
    tasks: Mapping[str, tuple[Instruction, ...]]
    cpus: Mapping[str, int]
    handlers: tuple[str, ...] = ()
    never: tuple[tuple[str, int], ...] = ()
    """Words and values: the word must not have the value at the end."""
    failures: int = 0
    """Allocations of one execution that may fail."""
    features: tuple[str, ...] = field(default=(), compare=False)
    """The features it was drawn from."""

    def walk(self) -> Iterator[Instruction]:
        """Every instruction there is."""
        for body in self.tasks.values():
            for instruction in body:
                yield from instruction.walk()

    def __str__(self) -> str:
        lines = [self.name]
        lines += [f"  never {word} = {value}" for word, value in self.never]
        if self.failures:
            lines.append(f"  failures {self.failures}")
        for task, body in self.tasks.items():
            kind = "handler" if task in self.handlers else "task"
            lines.append(f"  {kind} {task} on cpu{self.cpus[task]}: {'; '.join(map(str, body))}".rstrip())
        return "\n".join(lines)
