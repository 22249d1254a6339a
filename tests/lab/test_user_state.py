"""Tasks written in Python: shared state that the search does not see is named, and cells are explored."""

from __future__ import annotations

import random
import re
import runpy
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import partial
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from unittest.mock import MagicMock

import pytest

from aiovgic import NotOkError, UsageError, explore, race, run, vcpu
from aiovgic.lab.strategies import Way
from aiovgic.scenario.immutable import is_immutable
from aiovgic.scenario.written import whole
from tests.lab import shared_module

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic import Cpu, Kvm, Machine
    from aiovgic.lab.explore import ExploreResult

    Task = Callable[..., Awaitable[None]]

STATE = {"n": 0}
LISTS: tuple[list[int], ...] = ([],)
NUMBER = 0
NEVER = 10**6
LIMITS = (1, 2)
NO_NAMES: tuple[str, ...] = ()
BOTH = "(tasks a, b)"
LEFT = "that one execution leaves to the next"


async def point(kvm: Kvm) -> None:
    """One operation, so that the tasks have points."""
    await kvm.irq_line(0x1000020)


def together(a: Task, b: Task) -> ExploreResult:
    """Explore two threads of userspace."""
    return explore(race({"a": a, "b": b}))


def named(result: ExploreResult) -> tuple[str, ...]:
    """What a result says was not explored; its line, its JSON and its word are checked on the way."""
    assert not result.findings
    assert result.exhausted
    assert not result.complete
    assert result.to_json()["complete"] is False
    assert result.to_json()["not_covered"] == list(result.untracked)
    assert f"complete for the model; not explored: {'; '.join(result.untracked)}" in str(result)
    return result.untracked


# -- one test a route ---------------------------------------------------------------------------------


def test_a_closure_variable_that_both_change_is_named() -> None:
    state = {"n": 0}

    async def a(kvm: Kvm) -> None:
        n = state["n"]
        await point(kvm)
        state["n"] = n + 1

    async def b(kvm: Kvm) -> None:
        n = state["n"]
        await point(kvm)
        state["n"] = n + 1

    assert named(together(a, b)) == (f"closure variable `state` {BOTH}",)


def test_a_closure_variable_that_is_assigned_is_named() -> None:
    n = 0

    async def a(kvm: Kvm) -> None:
        nonlocal n
        now = n
        await point(kvm)
        n = now + 1

    async def b(kvm: Kvm) -> None:
        await point(kvm)
        assert n >= 0

    assert named(together(a, b)) == (f"closure variable `n` {BOTH}",)


class Dev:
    """A device with a counter, of which two methods are tasks."""

    shared: ClassVar[list[int]] = []
    total = 0

    def __init__(self) -> None:
        self.n = 0
        self.ring: list[int] = []

    async def first(self, kvm: Kvm) -> None:
        n = self.n
        await point(kvm)
        self.n = n + 1

    async def second(self, kvm: Kvm) -> None:
        await self.first(kvm)


def test_self_of_two_bound_methods_is_named() -> None:
    dev = Dev()
    assert named(together(dev.first, dev.second)) == (f"`self` of Dev {BOTH}",)


def test_what_the_selves_of_two_methods_share_is_named() -> None:
    one, two = Dev(), Dev()
    two.ring = one.ring
    assert named(together(one.first, two.first))[0] == f"`self.ring` of Dev {BOTH}"


async def uses_global(kvm: Kvm) -> None:
    STATE["n"] += 1
    await point(kvm)


async def sets_global(kvm: Kvm) -> None:
    global NUMBER  # noqa: PLW0603  this is what is to be seen
    await point(kvm)
    NUMBER = 0


async def reads_global(kvm: Kvm) -> None:
    await point(kvm)
    assert NUMBER == 0


def change_it() -> None:
    STATE["n"] = 0


def calls_on() -> None:
    change_it()


async def calls_what_changes(kvm: Kvm) -> None:
    await point(kvm)
    calls_on()


async def looks_into_a_tuple(kvm: Kvm) -> None:
    await point(kvm)
    assert LISTS[0] == []


def test_a_global_that_both_name_is_named() -> None:
    assert named(together(uses_global, uses_global))[0] == f"global `STATE` {BOTH}"


def test_a_global_that_one_sets_is_named() -> None:
    assert named(together(sets_global, reads_global)) == (f"global `NUMBER` {BOTH}",)


def test_a_global_behind_functions_that_a_task_calls_is_named() -> None:
    assert named(together(calls_what_changes, calls_what_changes)) == (f"global `STATE` {BOTH}",)


def test_a_list_inside_a_tuple_is_named() -> None:
    assert named(together(looks_into_a_tuple, looks_into_a_tuple)) == (f"global `LISTS[0]` {BOTH}",)


async def takes(box: list[int], kvm: Kvm) -> None:
    await point(kvm)
    assert box == []


async def takes_named(kvm: Kvm, *, box: list[int]) -> None:
    await takes(box, kvm)


def test_arguments_of_partial_functions_are_named() -> None:
    box: list[int] = []
    assert named(together(partial(takes, box), partial(takes_named, box=box))) == (f"argument `box` {BOTH}",)


def test_what_a_fixture_gives_a_test_is_named_if_two_tasks_use_it() -> None:
    async def body(m: Machine, box: list[int]) -> None:
        async with m.tasks() as started:
            started.start(takes, box, m.kvm, name="a")
            started.start(takes, box, m.kvm, name="b")

    assert named(explore(whole(partial(body, box=[])))) == (f"argument `box` {BOTH}",)


def test_an_argument_of_a_started_task_is_named() -> None:
    async def body(m: Machine) -> None:
        box: list[int] = []
        async with m.tasks() as started:
            started.start(takes, box, m.kvm, name="a")
            started.start(takes_named, m.kvm, box=box, name="b")

    assert named(explore(whole(body))) == (f"argument `box` {BOTH}",)


async def has_default(kvm: Kvm, seen: list[int] = []) -> None:  # noqa: B006  this is what is to be seen
    await point(kvm)
    assert seen == []


async def has_keyword_default(kvm: Kvm, *, seen: dict[str, int] = {}) -> None:  # noqa: B006  this is what is to be seen
    await point(kvm)
    assert not seen


@pytest.mark.parametrize("task", [has_default, has_keyword_default])
def test_a_default_is_named(task: Task) -> None:
    assert named(together(task, task)) == (f"default of `seen` {BOTH}",)


async def uses_class_list(kvm: Kvm) -> None:
    await point(kvm)
    assert Dev.shared == []


async def sets_class_number(kvm: Kvm) -> None:
    await point(kvm)
    Dev.total = 0


async def reads_class_number(kvm: Kvm) -> None:
    await point(kvm)
    assert Dev.total == 0


def test_a_list_of_a_class_is_named() -> None:
    assert named(together(uses_class_list, uses_class_list)) == (f"class attribute `Dev.shared` {BOTH}",)


def test_a_number_of_a_class_that_one_sets_is_named() -> None:
    assert named(together(sets_class_number, reads_class_number)) == (f"class attribute `Dev.total` {BOTH}",)


async def uses_module_list(kvm: Kvm) -> None:
    await point(kvm)
    assert isinstance(shared_module.items, list)


async def sets_module_number(kvm: Kvm) -> None:
    await point(kvm)
    shared_module.counter = 0


async def reads_module_number(kvm: Kvm) -> None:
    from tests.lab import shared_module as inside  # noqa: PLC0415  the other way to name a module

    await point(kvm)
    assert inside.counter == 0


MODULE = "module attribute `tests.lab.shared_module."


def test_a_list_of_a_module_is_named() -> None:
    assert named(together(uses_module_list, uses_module_list)) == (f"{MODULE}items` {BOTH}",)


def test_a_number_of_a_module_that_one_sets_is_named() -> None:
    assert named(together(sets_module_number, sets_module_number)) == (f"{MODULE}counter` {BOTH}",)


def test_a_module_that_a_task_imports_itself_is_looked_at() -> None:
    assert named(together(sets_module_number, reads_module_number)) == (f"{MODULE}counter` {BOTH}",)


def test_a_function_of_a_module_is_followed() -> None:
    async def a(kvm: Kvm) -> None:
        await point(kvm)
        if STATE["n"] > NEVER:
            shared_module.remember()

    assert any("items" in each for each in named(together(a, a)))


def test_a_generator_of_random_numbers_is_named() -> None:
    draw = random.Random(1)  # noqa: S311  it is only there to be shared

    async def a(kvm: Kvm) -> None:
        draw.random()
        await point(kvm)

    assert named(together(a, a)) == (f"closure variable `draw` {BOTH}",)


def test_a_library_that_keeps_state_is_named() -> None:
    async def a(kvm: Kvm) -> None:
        await point(kvm)
        random.random()  # noqa: S311  what it keeps is what is to be seen

    async def b(kvm: Kvm) -> None:
        import os  # noqa: PLC0415  another way to name a module
        from random import seed  # noqa: PLC0415

        await point(kvm)
        if "HOME" in os.environ:
            seed(1)

    assert named(together(a, b)) == (f"module attribute `random.random` {BOTH}",)
    assert "module attribute `os.environ`" in named(together(b, b))[0]


def test_an_attribute_of_a_function_is_named() -> None:
    def counter() -> None:
        """A function with state."""

    vars(counter)["n"] = 0

    async def a(kvm: Kvm) -> None:
        await point(kvm)
        counter.n = 0  # type: ignore[attr-defined]

    async def b(kvm: Kvm) -> None:
        await point(kvm)
        assert counter.n == 0  # type: ignore[attr-defined]

    assert named(together(a, b)) == (f"attribute `counter.n` {BOTH}",)


def test_the_dictionary_of_globals_is_named() -> None:
    async def a(kvm: Kvm) -> None:
        await point(kvm)
        globals()["NUMBER"] = 0

    assert named(together(a, a)) == (f"`globals()` {BOTH}",)


def test_the_handles_of_the_machine_keep_nothing_of_a_tests_own() -> None:
    async def body(m: Machine) -> None:
        with pytest.raises(AttributeError):
            m.count = 0  # type: ignore[attr-defined]
        with pytest.raises(AttributeError):
            m.kvm.count = 0  # type: ignore[attr-defined]
        with pytest.raises(AttributeError):
            m.shared("n", 0).value = 1  # type: ignore[attr-defined]

    assert explore(whole(body)).complete


def test_a_closure_over_self_of_a_test_is_named() -> None:
    class TestIt:
        """A class of tests."""

        def __init__(self) -> None:
            self.seen: list[int] = []

        async def body(self, m: Machine) -> None:
            async def a() -> None:
                self.seen.append(1)
                await point(m.kvm)

            async with m.tasks() as started:
                started.start(a, name="a")
                started.start(a, name="b")

    async def body(m: Machine) -> None:
        await TestIt().body(m)

    assert named(explore(whole(body))) == (f"`self` of TestIt {BOTH}",)


def test_what_guests_took_is_named_if_a_task_asks_during_the_race() -> None:
    async def body(m: Machine) -> None:
        async def looks() -> None:
            await point(m.kvm)
            assert m.delivered(8192) == 0

        async with m.tasks() as started:
            started.start(looks, name="a")
            started.start(point, m.kvm, name="b")
        assert m.delivered(8192) == 0

    assert named(explore(whole(body))) == ("`m.delivered` during the race (task a)",)


def test_a_value_from_a_get_is_the_tasks_own() -> None:
    async def body(m: Machine) -> None:
        async with m.tasks() as started:
            started.start(m.kvm.get_attr, "its0", "CTRL", 0, name="a")
            how: dict[str, Any] = {"dev": "its0", "group": "CTRL", "attr": 0, "value_from_get": 1}
            started.start(partial(m.kvm.do, "set_device_attr", **how), name="b")

    result = explore(whole(body, machine={"its": [{"state": "created"}]}))
    assert not result.untracked
    assert result.complete


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
    assert f"complete as far as the bound goes; not explored: global `STATE` {BOTH}" in str(result)


def test_a_search_that_is_not_over_names_the_state_in_its_json() -> None:
    result = explore(race({"a": uses_global, "b": uses_global}), strategy="random", budget=2)
    assert "budget spent, not complete" in str(result)
    assert result.to_json()["not_covered"]


# -- cells -----------------------------------------------------------------------------------------------


async def counts(kvm: Kvm) -> None:
    """Add one to a cell, in two steps."""
    n = kvm.shared("n", 0)
    now = await n.load()
    await n.store(now + 1)


async def guest_counts(cpu: Cpu) -> None:
    """Add one to the same cell in a guest."""
    n = cpu.shared("n", 0)
    await cpu.sysreg_read("ICC_PMR_EL1")
    now = await n.load()
    await n.store(now + 1)


@pytest.mark.parametrize(
    "other", [pytest.param(counts, id="a thread"), pytest.param(vcpu(0, guest_counts), id="a guest")]
)
def test_the_orders_of_a_cells_accesses_are_explored(other: Any) -> None:
    result = explore(race({"a": counts, "b": other}), outcomes=True)
    assert result.complete
    assert sorted(each["shared"]["n"] for each in result.outcomes) == ["0x1", "0x2"]
    assert "shared n: 0x1" in str(result)


def test_a_cell_of_a_test_shows_a_lost_update() -> None:
    async def body(m: Machine) -> None:
        n = m.shared("n", 0)

        async def adds() -> None:
            now = await n.load()
            await n.store(now + 1)

        async with m.tasks() as started:
            started.start(adds, name="a")
            started.start(adds, name="b")
        assert await n.load() == 2, "an update is lost"

    [finding] = explore(whole(body)).findings
    assert (finding.title, finding.schedule) == ("an update is lost", "1>b")


def test_changes_in_one_step_lose_no_update() -> None:
    async def body(m: Machine) -> None:
        n, names = m.shared("n", 0), m.shared("names", NO_NAMES)

        async def adds() -> None:
            await n.fetch_add()
            await names.update(lambda now: (*now, "x"))
            await n.cmpxchg(2, 10)

        async with m.tasks() as started:
            started.start(adds, name="a")
            started.start(adds, name="b")
        assert (await n.load(), await names.load()) == (10, ("x", "x"))

    assert explore(whole(body)).complete


@pytest.mark.parametrize("live", [pytest.param(False, id="in order"), pytest.param(True, id="live")])
def test_cells_work_on_both_engines(live: bool) -> None:
    assert run(race({"a": counts, "b": vcpu(0, guest_counts)}), live=live).good


async def keeps_a_list(kvm: Kvm) -> None:
    await kvm.shared("n", ()).store([])  # type: ignore[arg-type]


async def begins_with_a_list(kvm: Kvm) -> None:
    await kvm.shared("n", []).load()


async def begins_otherwise(kvm: Kvm) -> None:
    await counts(kvm)
    await kvm.shared("n", 1).load()


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (keeps_a_list, "shared.n: a list changes in place, and the search does not see it; keep a tuple"),
        (begins_with_a_list, "shared.n: a list changes in place, and the search does not see it; keep a tuple"),
        (begins_otherwise, "shared.n begins as 0 in one task, and as 1 in another"),
    ],
)
def test_what_no_cell_holds_is_refused(task: Task, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(race({"a": task}))
    assert str(caught.value).startswith(message)


README = Path(__file__).resolve().parents[2] / "README.md"
PROGRAM = re.findall(r"```python\n(import aiovgic\n.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[0]


def test_the_example_of_the_readme_is_plainly_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "example.py"
    place.write_text(PROGRAM, encoding="utf-8")
    runpy.run_path(str(place))
    assert " executions, complete  (" in capsys.readouterr().out


PAGE = Path(__file__).resolve().parents[2] / "docs/scenarios.md"
EXAMPLE = re.findall(r"```python\n(# lost_update\.py.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]


def test_the_example_of_the_page_loses_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "lost_update.py"
    place.write_text(EXAMPLE, encoding="utf-8")
    with pytest.raises(NotOkError, match="an update is lost"):
        runpy.run_path(str(place))["test_two_tasks_count"]()
    place.write_text(EXAMPLE.replace("n.store(await n.load() + 1)", "n.fetch_add()"), encoding="utf-8")
    runpy.run_path(str(place))["test_two_tasks_count"]()
