"""A small concurrent program as data: tasks of instructions, some of which have a body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Instruction:
    """One instruction: what it does, to which thing, with which value, around which others."""

    verb: str
    thing: str = ""
    value: int = 0
    body: tuple[Instruction, ...] = ()

    def walk(self) -> Iterator[Instruction]:
        """This instruction and all in it."""
        yield self
        for each in self.body:
            yield from each.walk()

    def __str__(self) -> str:
        words = [self.verb, self.thing, str(self.value) if self.value else ""]
        head = " ".join(word for word in words if word)
        return f"{head} {{{'; '.join(map(str, self.body))}}}" if self.body else head


@dataclass(frozen=True)
class Listing:
    """A whole program: what each task does, and which of them is an interrupt handler on which CPU."""

    name: str
    tasks: Mapping[str, tuple[Instruction, ...]]
    cpus: Mapping[str, int]
    handlers: tuple[str, ...] = ()
    features: tuple[str, ...] = field(default=(), compare=False)
    """What it was drawn to have."""

    def walk(self) -> Iterator[Instruction]:
        """Every instruction there is."""
        for body in self.tasks.values():
            for instruction in body:
                yield from instruction.walk()

    def __str__(self) -> str:
        lines = [self.name]
        for task, body in self.tasks.items():
            kind = "handler" if task in self.handlers else "task"
            lines.append(f"  {kind} {task} on cpu{self.cpus[task]}: {'; '.join(map(str, body))}")
        return "\n".join(lines)
