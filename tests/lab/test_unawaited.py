"""A call without its ``await`` in a test is an error about the test, with the file and the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic import ScenarioError, explore, race, replay, run
from aiovgic.scenario.written import whole
from tests.lab.user_state import point

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aiovgic import Cpu, Kvm, Machine

    Test = Callable[[Machine], Coroutine[Any, Any, None]]

# mypy: disable-error-code="unused-coroutine, truthy-bool"


async def guest(cpu: Cpu) -> None:
    await cpu.ack()


async def after_the_race(m: Machine) -> None:
    async with m.tasks() as together:
        together.start(point, m.kvm)
    m.vcpu[0].run(guest)


async def before_the_race(m: Machine) -> None:
    m.kvm.irq_line(0x1000020)
    async with m.tasks() as together:
        together.start(point, m.kvm)


async def in_a_task(m: Machine) -> None:
    async def task() -> None:
        await point(m.kvm)
        m.kvm.irq_line(0x1000020, 0)

    async with m.tasks() as together:
        together.start(task)


async def in_a_guest(m: Machine) -> None:
    async def forgets(cpu: Cpu) -> None:
        cpu.eoi(await cpu.ack())

    async with m.tasks() as together:
        together.start(m.vcpu[0].run, forgets)


async def in_a_claim(m: Machine) -> None:
    async with m.tasks() as together:
        together.start(point, m.kvm)
    assert m.vcpu[0].run(guest)


async def of_a_cell(m: Machine) -> None:
    n = m.shared("n", 0)

    async def task() -> None:
        n.store(1)

    async with m.tasks() as together:
        together.start(task)
        together.start(point, m.kvm)


async def of_a_helper(m: Machine) -> None:
    async with m.tasks() as together:
        together.start(point, m.kvm)
    point(m.kvm)


FORGOTTEN: dict[Test, tuple[str, int]] = {
    after_the_race: ("run", 3),
    before_the_race: ("irq_line", 1),
    in_a_task: ("irq_line", 3),
    in_a_guest: ("eoi", 2),
    in_a_claim: ("run", 3),
    of_a_cell: ("store", 4),
    of_a_helper: ("point", 3),
}
MACHINE = {"vcpus": 1}


def said(test: Test) -> str:
    """What is said of a test: the function that is called without ``await``, and the line below that of the test."""
    function, line = FORGOTTEN[test]
    return (
        f"tests/lab/test_unawaited.py:{test.__code__.co_firstlineno + line}: "
        f"{function}() is called without 'await': it does nothing"
    )


@pytest.mark.parametrize("test", FORGOTTEN)
def test_a_call_without_await_is_an_error_with_its_line(test: Test) -> None:
    with pytest.raises(ScenarioError) as caught:
        explore(whole(test, machine=MACHINE))
    assert str(caught.value) == said(test)


def test_a_run_says_so_too() -> None:
    with pytest.raises(ScenarioError) as caught:
        run(whole(after_the_race, machine=MACHINE))
    assert str(caught.value) == said(after_the_race)


def test_a_replay_says_so_too() -> None:
    with pytest.raises(ScenarioError) as caught:
        replay(whole(in_a_task, machine=MACHINE), "")
    assert str(caught.value) == said(in_a_task)


def test_a_thread_of_a_race_says_so_too() -> None:
    async def forgets(kvm: Kvm) -> None:
        kvm.irq_line(0x1000020)

    with pytest.raises(ScenarioError, match=r"test_unawaited\.py:\d+: irq_line\(\) is called without 'await'"):
        explore(race({"a": forgets, "b": point}))


def test_a_coroutine_that_waits_for_its_await_when_an_execution_ends_is_no_error() -> None:
    async def later(kvm: Kvm) -> None:
        n = kvm.shared("n", 0)
        coming = kvm.irq_line(0x1000020)
        await n.fetch_add()
        await coming

    async def fails(kvm: Kvm) -> None:
        assert await kvm.shared("n", 0).load() == 0, "too late"

    result = explore(race({"a": later, "b": fails}))
    assert [finding.title for finding in result.findings] == ["too late"]
