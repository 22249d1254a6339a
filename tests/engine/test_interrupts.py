"""Interrupt handlers on both engines: they wait for interrupts to be on, and what they interrupt does not run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from aiovgic.engine.explore import explore
from aiovgic.engine.live import LiveExecution, run_live
from aiovgic.engine.program import TaskSpec
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.sync import Part, Parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.engine.outcome import Outcome
    from aiovgic.record.finding import Finding, Violation
    from aiovgic.sync import Runtime
    from tests.engine.programs import Body

SEEDS = 60


class Cpu(Part):
    """A word that is changed in two steps, and locks that turn interrupts off, or do not."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)
        self.plain_lock = self.lock("plain_lock")
        self.irq_lock = self.lock("irq_lock", irqsave=True)
        self.saw: list[int] = []


class Interrupted:
    """A task on CPU 0, a handler that interrupts it, and the other tasks on CPU 1."""

    reached: tuple[int, ...] = ()

    def __init__(self, rt: Runtime, task: Body, handler: Body, other: Body | None) -> None:
        self.part = Parts(rt).make(Cpu, "cpu")
        specs = [
            TaskSpec("task", partial(task, self.part), 0),
            TaskSpec("isr", partial(handler, self.part), 0, isr=True),
        ]
        if other is not None:
            specs.append(TaskSpec("other", partial(other, self.part), 1))
        self.tasks = tuple(specs)

    def quiet(self) -> tuple[Violation, ...]:
        """Nothing is checked."""
        return ()

    def judge(self) -> tuple[Violation, ...]:
        """Nothing is judged."""
        return ()

    def outcome(self) -> dict[str, Any]:
        """What the handler saw."""
        return {"saw": list(self.part.saw)}


def interrupted(task: Body, handler: Body, other: Body | None = None) -> Callable[[Runtime], Interrupted]:
    """The program."""
    return partial(Interrupted, task=task, handler=handler, other=other)


def explored(make: Callable[[Runtime], Interrupted]) -> tuple[list[list[int]], Finding | None]:
    """What handlers saw in all orders, and the first finding that ended one."""
    search = explore(make, DfsStrategy(), 100_000)
    assert search.complete or search.broken is not None
    return sorted(seen["saw"] for seen in search.histogram.seen), search.broken


def lived(make: Callable[[Runtime], Interrupted]) -> list[Outcome]:
    """Live runs, with as much chaos as there can be, and half of it."""

    async def main() -> list[Outcome]:
        with anyio.fail_after(30):
            return [await LiveExecution(make, chaos=1 - seed % 2 / 2, seed=seed).run() for seed in range(SEEDS)]

    outcomes: list[Outcome] = run_live(main)
    return outcomes


async def two_steps(cpu: Cpu) -> None:
    await cpu.word.store(1)
    await cpu.word.store(2)


async def two_steps_with_interrupts_off(cpu: Cpu) -> None:
    async with cpu.irq_lock:
        await two_steps(cpu)


async def look(cpu: Cpu) -> None:
    cpu.saw.append(await cpu.word.load())


async def look_twice(cpu: Cpu) -> None:
    await look(cpu)
    await look(cpu)


async def take_plain(cpu: Cpu) -> None:
    await look(cpu)
    async with cpu.plain_lock:
        await look(cpu)


def test_a_handler_does_not_come_while_interrupts_are_off() -> None:
    make = interrupted(two_steps_with_interrupts_off, look)
    seen, broken = explored(make)
    assert broken is None
    assert seen == [[0], [2]]
    assert {tuple(outcome.seen["saw"]) for outcome in lived(make)} <= {(0,), (2,)}


def test_a_handler_comes_anywhere_while_interrupts_are_on() -> None:
    make = interrupted(two_steps, look)
    assert explored(make)[0] == [[0], [1], [2]]
    assert {tuple(outcome.seen["saw"]) for outcome in lived(make)} <= {(0,), (1,), (2,)}


def test_what_a_handler_interrupts_stands_still_until_it_ends() -> None:
    make = interrupted(two_steps, look_twice)
    assert explored(make)[0] == [[0, 0], [1, 1], [2, 2]]
    for outcome in lived(make):
        first, second = outcome.seen["saw"]
        assert first == second


def test_another_cpu_goes_on_while_a_handler_runs() -> None:
    async def nothing(_cpu: Cpu) -> None:
        return

    seen, _ = explored(interrupted(nothing, look_twice, two_steps))
    assert [0, 2] in seen
    assert [1, 2] in seen


@pytest.mark.parametrize("engine", ["explored", "live"])
def test_a_handler_that_takes_a_lock_of_what_it_interrupts_is_a_deadlock(engine: str) -> None:
    async def holds(cpu: Cpu) -> None:
        async with cpu.plain_lock:
            await two_steps(cpu)

    make = interrupted(holds, take_plain)
    broken = [explored(make)[1]] if engine == "explored" else [outcome.broken for outcome in lived(make)]
    found = [each for each in broken if each is not None]
    assert found
    assert {each.kind for each in found} == {"deadlock"}
    assert "isr waits for cpu.plain_lock, held by task" in found[0].saw
    assert "task cannot go on: it was interrupted on cpu0 by isr" in found[0].saw
