"""Programs of which it is known how many traces they have, or what breaks in them; and the boards they run on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation
from aiovgic.sync import Part
from devtools.programs.bodies import Body, program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aiovgic.engine.program import Program
    from aiovgic.sync import Parts

FILE_BLOCKS, FILE_INODES = 26, 32
INDEX_SIZE, INDEX_MAX = 128, 4


class Board(Part):
    """Words and locks by number, made where they are first touched in set-up."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.words = [self.shared(f"word{n}", 0) for n in range(INDEX_SIZE)]
        self.locks = [self.lock(f"lock{n}") for n in range(FILE_BLOCKS + FILE_INODES)]
        self.queue = self.wait_queue("queue")


class SmallBoard(Part):
    """A board with few words and locks, for programs that are to be fast."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.words = [self.shared(f"word{n}", 0) for n in range(8)]
        self.locks = [self.lock(f"lock{n}") for n in range(3)]
        self.queue = self.wait_queue("queue")


@dataclass(frozen=True)
class Known:
    """A program of which it is known how many traces it has, and what breaks in it."""

    name: str
    program: Program
    traces: int | None
    """Mazurkiewicz traces; None where it is not known."""
    breaks: str = ""
    """The kind of finding, if there is one."""


def known(
    name: str, bodies: Mapping[str, Body], traces: int | None, breaks: str = "", make: Callable[..., Part] = SmallBoard
) -> Known:
    """A program over a board."""
    return Known(name, program(make, bodies), traces, breaks)


def numbered(count: int, body: Callable[[int, Any], Any], called: str = "t") -> dict[str, Body]:
    """So many tasks with one body, which is given its number."""
    return {f"{called}{n}": partial(body, n) for n in range(count)}


@dataclass(frozen=True)
class Published:
    """A program with a bug that the literature measures strategies with."""

    name: str
    program: Program
    threads: int
    """Tasks; a main thread that only starts the others is none."""
    size: str
    """Its size as published."""
    source: str
    breaks: str = "test-error"
    """The kind of finding; an assertion of a program that fails is a `test-error`."""


def claim(what: str, holds: Callable[[Any], bool]) -> Callable[[Any], Sequence[Violation]]:
    """A check of the end of a program: what must hold there."""

    def check(part: Any) -> Sequence[Violation]:
        return () if holds(part) else (Violation("expectation", "claim", f"it is not so that {what}"),)

    return check
