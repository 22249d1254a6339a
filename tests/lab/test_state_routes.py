"""State that two Python tasks reach is named in the result: one test for each route to it."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic import explore
from aiovgic.scenario.written import whole
from tests.lab import shared_module
from tests.lab.user_state import BOTH, STATE, Dev, named, point, together, uses_global

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic import Kvm, Machine

    Task = Callable[..., Awaitable[None]]

LISTS: tuple[list[int], ...] = ([],)
NUMBER = 0
NEVER = 10**6


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


def test_self_of_two_bound_methods_is_named() -> None:
    dev = Dev()
    assert named(together(dev.first, dev.second)) == (f"`self` of Dev {BOTH}",)


def test_what_the_selves_of_two_methods_share_is_named() -> None:
    one, two = Dev(), Dev()
    two.ring = one.ring
    assert named(together(one.first, two.first))[0] == f"`self.ring` of Dev {BOTH}"


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

    told = named(together(a, b))
    assert f"module attribute `random.random` {BOTH}" in told
    assert any(each.startswith("`os.environ` in task b ") for each in told)


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
