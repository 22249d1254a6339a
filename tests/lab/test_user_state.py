"""State of Python tasks that outlives an execution is named, and what cannot change may be shared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cached_property
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import MagicMock

import pytest

from aiovgic import UsageError, explore, race
from aiovgic.lab.strategies import Way
from aiovgic.scenario.immutable import is_immutable
from aiovgic.scenario.written import whole
from tests.lab import shared_module
from tests.lab.user_state import BOTH, LEFT, Dev, named, point, together, uses_global

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic import Kvm, Machine

    Task = Callable[..., Awaitable[None]]

LIMITS = (1, 2)


# -- state that outlives an execution ------------------------------------------------------------------


def test_a_list_of_one_task_that_grows_from_execution_to_execution_is_named() -> None:
    seen: list[int] = []

    async def a(kvm: Kvm) -> None:
        await point(kvm)
        seen.append(len(seen))

    assert named(together(a, point)) == (f"closure variable `seen` {LEFT} (task a)",)


def test_an_iterator_of_one_task_is_named() -> None:
    numbers = count()

    async def a(kvm: Kvm) -> None:
        await point(kvm)
        next(numbers)

    assert named(together(a, point)) == (f"closure variable `numbers` {LEFT} (task a)",)


def test_a_finding_that_comes_once_names_the_state_that_one_execution_leaves_to_the_next() -> None:
    numbers = count()

    async def a(kvm: Kvm) -> None:
        await kvm.shared("n", 0).store(1)
        assert next(numbers) != 1, "the second time"

    async def b(kvm: Kvm) -> None:
        await kvm.shared("n", 0).store(2)

    with pytest.raises(UsageError) as caught:
        together(a, b)
    assert str(caught.value) == (
        "executions differ, because one leaves state to the next: closure variable `numbers` (task a); "
        "make it in the tasks, or a cell: m.shared(name, value)"
    )


def test_an_alias_of_a_class_that_a_test_changes_is_named() -> None:
    async def body(m: Machine) -> None:
        box = Dev
        box.total = box.total + 1
        async with m.tasks() as started:
            started.start(point, m.kvm)

    try:
        assert named(explore(whole(body))) == (f"class attribute `Dev.total` {LEFT} (the test)",)
    finally:
        Dev.total = 0


# -- what may be shared ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fixed:
    """A frozen dataclass."""

    number: int
    names: tuple[str, ...] = ("a",)


class Pair(NamedTuple):
    """A named tuple."""

    one: int
    two: str


class Colour(Enum):
    """An enumeration."""

    RED = 1


class Stateless:
    """A class without state: its methods may be tasks."""

    LIMIT = 3

    async def a(self, kvm: Kvm) -> None:
        await point(kvm)
        assert self.helper() == Stateless.LIMIT

    def helper(self) -> int:
        return self.LIMIT


class Table(Enum):
    """An enumeration whose members hold what can change."""

    BY_NAME = {"n": 0}  # noqa: RUF012  what it tests
    SIZED = 1

    def __init__(self, _: object) -> None:
        self.sizes: list[int] = []


class Sized(tuple[int, ...]):  # noqa: SLOT001  what it tests
    """A tuple whose instances have attributes of their own."""


@dataclass(frozen=True)
class Lazy:
    """A frozen dataclass that keeps what it has computed."""

    number: int

    @cached_property
    def seen(self) -> list[int]:
        return [self.number]


def computed() -> Lazy:
    """One that has computed it."""
    lazy = Lazy(1)
    assert lazy.seen == [1]
    return lazy


def sized() -> Sized:
    """A tuple with an attribute."""
    made = Sized((1, 2))
    made.size = 2  # type: ignore[attr-defined]
    return made


IMMUTABLE: dict[str, object] = {
    "a number": 3,
    "a text": "text",
    "nothing": None,
    "bytes": b"bytes",
    "a tuple": (1, ("two", 3.0)),
    "a frozen set": frozenset({1, 2}),
    "a frozen dataclass": Fixed(1),
    "a named tuple": Pair(1, "two"),
    "a member of an enumeration": Colour.RED,
    "a function": point,
    "a class": Dev,
    "a module": shared_module,
    "a range": range(3),
    "a path": Path("x"),
    "a fraction": Fraction(1, 3),
    "a read-only view": MappingProxyType({"a": 1}),
    "a sentinel": object(),
}


@pytest.mark.parametrize("value", IMMUTABLE.values(), ids=IMMUTABLE)
def test_what_cannot_change_may_be_shared(value: object) -> None:
    async def a(kvm: Kvm) -> None:
        await point(kvm)
        assert value is value  # noqa: PLR0124  the task names it

    result = together(a, a)
    assert is_immutable(value)
    assert result.complete
    assert result.untracked == ()


MUTABLE: dict[str, object] = {
    "a list": [],
    "a tuple with a list": ([],),
    "a frozen dataclass with a list": Fixed(1, names=[]),  # type: ignore[arg-type]
    "an instance": Dev(),
    "a bytearray": bytearray(),
    "a member of an enumeration with a map": Table.BY_NAME,
    "a member of an enumeration with an attribute": Table.SIZED,
    "a tuple with an attribute": sized(),
    "a frozen dataclass with a cached property": computed(),
}


@pytest.mark.parametrize("value", MUTABLE.values(), ids=MUTABLE)
def test_what_can_change_may_not_be_shared(value: object) -> None:
    async def a(kvm: Kvm) -> None:
        await point(kvm)
        assert value is value  # noqa: PLR0124  the task names it

    assert not is_immutable(value)
    assert not together(a, a).complete


def test_methods_of_an_object_without_state_may_be_tasks() -> None:
    them = Stateless()
    assert together(them.a, them.a).complete


def test_operations_of_the_machine_may_have_one_argument() -> None:
    entries: list[dict[str, object]] = [{"gsi": 40, "type": "msi", "address": 0x0809_0040, "data": 1}]

    async def body(m: Machine) -> None:
        async with m.tasks() as started:
            for _ in range(2):
                started.start(m.kvm.do, "set_gsi_routing", entries=entries)

    assert explore(whole(body)).complete


class Odd:
    """An object that breaks whatever looks at it."""

    def __init__(self) -> None:
        self.n = 0

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("==")

    def __hash__(self) -> int:
        raise RuntimeError("hash")

    def __repr__(self) -> str:
        raise RuntimeError("repr")


@pytest.mark.parametrize("value", [pytest.param(Odd(), id="an odd one"), pytest.param(MagicMock(), id="a mock")])
def test_an_object_that_resists_is_named(value: object) -> None:
    async def a(kvm: Kvm) -> None:
        await point(kvm)
        assert value is value  # noqa: PLR0124  the task names it

    assert named(together(a, a)) == (f"closure variable `value` {BOTH}",)
    assert together(a, point).complete


def test_more_objects_than_are_looked_at_are_named() -> None:
    many = tuple([number] for number in range(20_000))

    async def a(kvm: Kvm) -> None:
        await point(kvm)
        assert many

    assert "more than 10000 objects (task a)" in named(together(a, point))


def test_objects_of_a_task_alone_and_made_anew_are_no_shared_state() -> None:
    async def body(m: Machine) -> None:
        async def a(box: list[int]) -> None:
            box.append(1)
            await point(m.kvm)
            assert len(box) == 1 == LIMITS[0]

        async with m.tasks() as started:
            started.start(a, [], name="a")
            started.start(a, [], name="b")

    assert explore(whole(body)).complete


def test_a_bounded_search_does_not_say_that_it_is_complete_for_the_model() -> None:
    result = explore(race({"a": uses_global, "b": uses_global}), strategy=Way("dfs", preemptions=0))
    assert f"every order within the bound was tried; not explored: global `STATE` {BOTH}" in str(result)


def test_a_search_that_is_not_over_names_the_state_in_its_json() -> None:
    result = explore(race({"a": uses_global, "b": uses_global}), strategy="random", budget=2)
    assert "budget spent, not complete" in str(result)
    assert result.to_json()["not_covered"]
