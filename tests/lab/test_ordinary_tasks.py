"""No false alarm: tasks that use the machine, their own objects and values that cannot change are plainly complete."""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import json
import logging
import math
import operator
import re
import struct
import typing
from dataclasses import asdict, dataclass, field, replace
from enum import Enum, IntFlag
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from aiovgic import explore
from aiovgic.scenario.written import whole
from tests.lab.user_state import point, together

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiovgic import Kvm, Machine

    Task = Callable[..., Awaitable[None]]

LOG = logging.getLogger(__name__)
LIMIT = 3
PATTERN = re.compile("x+")
HERE = Path(__file__)


class Colour(Enum):
    """An enumeration."""

    RED = 1
    GREEN = 2


class Bits(IntFlag):
    """Flags."""

    A = 1
    B = 2


@dataclass
class Box:
    """A dataclass that tasks make themselves."""

    n: int = 0
    items: list[int] = field(default_factory=list)

    def inc(self) -> None:
        self.n += 1


@dataclass(frozen=True)
class Fixed:
    """A frozen dataclass that computes a field."""

    n: int
    m: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "m", self.n + 1)


class Pair(NamedTuple):
    """A named tuple."""

    one: int
    two: str = "x"


class Base:
    """A class with a default in the class, and attributes of the instance."""

    total = 0

    def __init__(self, n: int) -> None:
        self.n = n

    def add(self) -> None:
        self.total += 1

    @property
    def twice(self) -> int:
        return self.n * 2


class Sub(Base):
    """A subclass with special methods."""

    def __init__(self) -> None:
        super().__init__(3)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sub) and other.n == self.n

    def __hash__(self) -> int:
        return self.n


def helper(n: int) -> int:
    def inner(k: int) -> int:
        return k + 1

    return inner(n)


@contextlib.contextmanager
def context() -> Iterator[int]:
    yield 1


@functools.cache
def factorial(n: int) -> int:
    return n * factorial(n - 1) if n else 1


async def speaks(kvm: Kvm) -> None:
    await point(kvm)
    x = 1
    print(f"{x!r:>5} {x=}")  # noqa: T201  ordinary tasks print
    LOG.info("x is %d", x)
    assert x == 1, f"{x} is not 1"


async def loops(kvm: Kvm) -> None:
    for i, j in enumerate(range(2)):
        await point(kvm)
        assert i == j
    xs = sorted([3, 1, 2], key=lambda value: -value)
    assert dict(zip(xs, map(str, xs), strict=True)) == {3: "3", 2: "2", 1: "1"}
    assert (sum(xs), max(xs), min(xs), any(xs), all(xs), list(reversed(xs))) == (6, 3, 1, True, True, [1, 2, 3])


async def makes_objects(kvm: Kvm) -> None:
    box = Box()
    box.n = 5
    box.inc()
    await point(kvm)
    box.items.append(1)
    assert asdict(replace(box, n=1)) == {"n": 1, "items": [1]}
    assert (Fixed(3).m, Pair(1)._replace(one=2).one) == (4, 2)
    one, two = Sub(), Sub()
    one.add()
    assert (one == two, one.twice, type(one).__name__, one.__class__ is Sub) == (True, 6, "Sub", True)


async def uses_enumerations(kvm: Kvm) -> None:
    box = Box()
    box.n = 3
    await point(kvm)
    assert Colour["GREEN"] is Colour.GREEN
    assert [each.name for each in Colour] == ["RED", "GREEN"]
    assert (Colour(1).value, Bits.A | Bits.B) == (1, 3)


async def uses_modules(kvm: Kvm) -> None:
    await point(kvm)
    assert math.floor(1.5) == json.loads(json.dumps(1))
    assert PATTERN.match("xx")
    assert re.sub("a", "b", "a") == "b"
    numbers = itertools.count()
    assert (next(numbers), next(numbers)) == (0, 1)
    found = collections.defaultdict(list)
    found["a"].append(1)
    assert collections.Counter("aab")["a"] == functools.reduce(operator.add, [1, 1])
    size: object = 4
    assert len(struct.pack("<I", 1)) == typing.cast("int", size)


async def names_attributes_by_text(kvm: Kvm) -> None:
    box = Box()
    setattr(box, "n", 4)  # noqa: B010  this is what is to be seen
    await point(kvm)
    assert getattr(box, "n", 0) == 4
    assert hasattr(box, "items")


async def catches(kvm: Kvm) -> None:
    with contextlib.suppress(KeyError):
        raise KeyError
    try:
        await point(kvm)
        raise ValueError  # noqa: TRY301  this is what is to be caught
    except ValueError as error:
        LOG.warning("%s", error)


async def uses_constants(kvm: Kvm) -> None:
    await point(kvm)
    assert LIMIT == 3
    assert (HERE.name, HERE.suffix, HERE.parent.name) == ("test_ordinary_tasks.py", ".py", "lab")


async def calls_helpers(kvm: Kvm) -> None:
    await point(kvm)
    with context() as one:
        assert (helper(one), factorial(3)) == (2, 6)


async def uses_cells(kvm: Kvm) -> None:
    n = kvm.shared("n", 0)
    total = 0

    async def add(k: int) -> None:
        nonlocal total
        await n.fetch_add(k)
        total += k

    await add(2)
    word = bytearray(b"abc")
    word[0] = total
    assert int.from_bytes(word[:1], "little") == 2


ORDINARY: tuple[Task, ...] = (
    *(speaks, loops, makes_objects, uses_enumerations, uses_modules, names_attributes_by_text, catches),
    *(uses_constants, calls_helpers, uses_cells),
)


@pytest.mark.parametrize("task", ORDINARY)
def test_an_ordinary_task_is_complete(task: Task) -> None:
    result = together(task, task)
    assert result.findings == ()
    assert result.not_covered == ()
    assert result.complete


@pytest.mark.parametrize("task", ORDINARY)
def test_an_ordinary_task_of_a_test_is_complete(task: Task) -> None:
    async def body(m: Machine) -> None:
        await point(m.kvm)
        async with m.tasks() as started:
            started.start(task, m.kvm, name="a")
            started.start(task, m.kvm, name="b")

    result = explore(whole(body))
    assert result.findings == ()
    assert result.not_covered == ()
    assert result.complete
