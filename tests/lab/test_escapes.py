"""Code of a task that can reach state which no walk over objects finds is named, with its file and line."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import importlib
import inspect
import logging
import operator
import os
import sys
import threading
import weakref
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic import explore
from aiovgic.scenario.escapes import keeps_no_state
from aiovgic.scenario.written import whole
from tests.lab.user_state import LEFT, STATE, named, point, together

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic import Kvm, Machine

    Task = Callable[..., Awaitable[None]]


class Colour(Enum):
    """An enumeration with a value that can change."""

    RED = 1
    GREEN = [1]  # noqa: RUF012  this is what is to be seen


LOG = logging.getLogger(__name__)
LOCAL = threading.local()
VARIABLE = contextvars.ContextVar("VARIABLE", default=0)
WEAK = weakref.ref(point)
HERE = Path("here.txt")
TASKS: dict[str, Task] = {}
LINES: dict[str, int] = {}


def names(what: str) -> Callable[[Task], Task]:
    """The task is an example of code that the result names; the code is in the second line of its body."""

    def keep(task: Task) -> Task:
        TASKS[what] = task
        LINES[what] = task.__code__.co_firstlineno + 3
        return task

    return keep


@names("exec")
async def executes(kvm: Kvm) -> None:
    await point(kvm)
    exec("STATE['n'] = 0")  # noqa: S102  this is what is to be seen


@names("eval")
async def evaluates(kvm: Kvm) -> None:
    await point(kvm)
    assert eval("STATE")["n"] == 0  # noqa: S307  this is what is to be seen


@names("compile")
async def compiles(kvm: Kvm) -> None:
    await point(kvm)
    compile("STATE", "", "eval")


@names("globals")
async def takes_globals(kvm: Kvm) -> None:
    await point(kvm)
    globals()["STATE"]["n"] = 0


@names("locals")
async def takes_locals(kvm: Kvm) -> None:
    await point(kvm)
    assert locals()


@names("vars")
async def takes_vars(kvm: Kvm) -> None:
    await point(kvm)
    assert vars(Colour)


@names("__globals__")
async def takes_globals_of_a_function(kvm: Kvm) -> None:
    await point(kvm)
    point.__globals__["N"] = 0


@names("sys._getframe")
async def takes_its_frame(kvm: Kvm) -> None:
    await point(kvm)
    sys._getframe().f_locals.clear()


@names("inspect.currentframe")
async def inspects(kvm: Kvm) -> None:
    await point(kvm)
    assert inspect.currentframe()


@names("importlib.import_module")
async def imports(kvm: Kvm) -> None:
    await point(kvm)
    importlib.import_module("tests.lab.user_state").STATE["n"] = 0


@names("__import__")
async def imports_by_a_builtin(kvm: Kvm) -> None:
    await point(kvm)
    __import__("tests.lab.user_state")


@names("sys.modules")
async def looks_up_a_module(kvm: Kvm) -> None:
    await point(kvm)
    sys.modules.get("tests.lab.user_state")


@names("threading.current_thread")
async def sets_an_attribute_of_its_thread(kvm: Kvm) -> None:
    await point(kvm)
    threading.current_thread().name = "main"


@names("asyncio.all_tasks")
async def looks_for_tasks(kvm: Kvm) -> None:
    await point(kvm)
    callable(asyncio.all_tasks)


@names("os.environ")
async def sets_the_environment(kvm: Kvm) -> None:
    await point(kvm)
    os.environ.pop("AIOVGIC_NO_SUCH_VARIABLE", None)


@names("os")
async def renames_a_module(kvm: Kvm) -> None:
    await point(kvm)
    import os as system  # noqa: PLC0415  this is what is to be seen

    system.environ.pop("AIOVGIC_NO_SUCH_VARIABLE", None)


@names("io.open")
async def opens(kvm: Kvm) -> None:
    await point(kvm)
    open(os.devnull, encoding="utf-8").close()  # noqa: ASYNC230, PTH123  this is what is to be seen


@names("Path.exists")
async def looks_for_a_file(kvm: Kvm) -> None:
    await point(kvm)
    HERE.exists()  # noqa: ASYNC240  this is what is to be seen


@names("gc.get_objects")
async def looks_at_all_objects(kvm: Kvm) -> None:
    await point(kvm)
    callable(gc.get_objects)


@names("operator.attrgetter")
async def takes_an_attribute_by_a_text(kvm: Kvm) -> None:
    await point(kvm)
    callable(operator.attrgetter("n"))


@names("getattr` of a computed name")
async def takes_an_attribute_by_a_computed_text(kvm: Kvm) -> None:
    await point(kvm)
    assert getattr(point, f"__{'name'}__")


@pytest.mark.parametrize("what", TASKS)
def test_code_that_can_reach_any_state_is_named_with_its_line(what: str) -> None:
    place = f"(tests/lab/test_escapes.py:{LINES[what]})"
    shown = what if "`" in what else f"{what}`"
    assert f"`{shown} in task a {place}" in named(together(TASKS[what], point))


@pytest.mark.parametrize("what", TASKS)
def test_code_before_the_race_that_can_reach_any_state_is_named(what: str) -> None:
    task = TASKS[what]

    async def body(m: Machine) -> None:
        await task(m.kvm)
        async with m.tasks() as started:
            started.start(point, m.kvm)

    place = f"(tests/lab/test_escapes.py:{LINES[what]})"
    shown = what if "`" in what else f"{what}`"
    assert f"`{shown} in the test {place}" in named(explore(whole(body)))


async def sets_a_thread_local(kvm: Kvm) -> None:
    await point(kvm)
    LOCAL.n = 1


async def sets_a_context_variable(kvm: Kvm) -> None:
    await point(kvm)
    VARIABLE.set(1)


async def follows_a_weak_reference(kvm: Kvm) -> None:
    await point(kvm)
    assert WEAK() is point


@pytest.mark.parametrize(
    ("task", "what"),
    [
        (sets_a_thread_local, "global `LOCAL` (a `_thread._local`) in task a"),
        (sets_a_context_variable, "global `VARIABLE` (a `_contextvars.ContextVar`) in task a"),
        (follows_a_weak_reference, "global `WEAK` (a `weakref.ReferenceType`) in task a"),
    ],
)
def test_an_object_that_keeps_state_outside_of_its_attributes_is_named(task: Task, what: str) -> None:
    assert named(together(task, point)) == (what,)


# -- attributes of what is no variable -----------------------------------------------------------------


def marked() -> None:
    """A function that tasks set an attribute of."""


async def sets_an_attribute_of_a_member(kvm: Kvm) -> None:
    member = Colour.RED
    await point(kvm)
    member.mark = 1  # type: ignore[attr-defined]
    del member.mark  # type: ignore[attr-defined]


async def sets_an_attribute_of_a_function(kvm: Kvm) -> None:
    function = marked
    now = getattr(function, "count", 0)
    await point(kvm)
    function.count = now + 1  # type: ignore[attr-defined]


async def changes_the_value_of_a_member(kvm: Kvm) -> None:
    await point(kvm)
    next(iter(each for each in Colour if each.name != "RED")).value.sort()


def test_an_attribute_of_a_member_of_an_enumeration_is_named() -> None:
    Colour.RED.mark = 0  # type: ignore[attr-defined]
    told = named(together(sets_an_attribute_of_a_member, sets_an_attribute_of_a_member))
    assert told[0] == "class attribute `Colour.RED` (tasks a, b)"


async def sets_an_attribute_of_a_logger(kvm: Kvm) -> None:
    await point(kvm)
    LOG.mark = 1  # type: ignore[attr-defined]


def test_an_attribute_of_a_logger_is_named() -> None:
    place = f"(tests/lab/test_escapes.py:{sets_an_attribute_of_a_logger.__code__.co_firstlineno + 2})"
    assert named(together(sets_an_attribute_of_a_logger, point)) == (f"attribute `mark` of a logger in task a {place}",)


def test_a_list_in_a_member_of_an_enumeration_is_named() -> None:
    assert named(together(changes_the_value_of_a_member, changes_the_value_of_a_member)) == (
        "class attribute `Colour.GREEN.value` (tasks a, b)",
    )


def test_an_attribute_of_a_function_under_another_name_is_named() -> None:
    assert named(together(sets_an_attribute_of_a_function, sets_an_attribute_of_a_function))[0] == (
        "attribute `marked.count` (tasks a, b)"
    )


# -- state that outlives an execution ------------------------------------------------------------------


@cache
def kept() -> list[int]:
    """A list that every execution gets."""
    return []


async def uses_a_cached_list(kvm: Kvm) -> None:
    await point(kvm)
    assert isinstance(kept(), list)


def test_a_cached_list_of_one_task_is_named() -> None:
    assert named(together(uses_a_cached_list, point)) == ("result of cached `kept` (task a)",)


def test_state_that_two_executions_change_back_is_named() -> None:
    STATE["n"] = 0

    async def a(kvm: Kvm) -> None:
        STATE["n"] = 1 - STATE["n"]
        await point(kvm)

    result = together(a, point)
    assert result.executions % 2 == 0
    assert STATE["n"] == 0
    assert named(result) == (f"global `STATE` {LEFT} (task a)",)


def test_an_iterator_over_a_list_shares_the_list() -> None:
    numbers = [1, 2]
    steps = iter(numbers)

    async def a(kvm: Kvm) -> None:
        await point(kvm)
        callable(steps)

    async def b(kvm: Kvm) -> None:
        await point(kvm)
        numbers.append(3)
        numbers.pop()

    assert any("(tasks a, b)" in each for each in named(together(a, b)))


@pytest.mark.parametrize(
    ("module", "name"),
    [("math", "floor"), ("_operator", "add"), ("collections.abc", "Mapping"), ("builtins", "print"), ("json", "")],
)
def test_code_without_state_is_known(module: str, name: str) -> None:
    assert keeps_no_state(module, name)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "getpid"),
        ("builtins", "exec"),
        ("_operator", "attrgetter"),
        ("types", "FunctionType"),
        ("numpy", "array"),
    ],
)
def test_code_that_is_not_known_is_taken_to_keep_state(module: str, name: str) -> None:
    assert not keeps_no_state(module, name)
