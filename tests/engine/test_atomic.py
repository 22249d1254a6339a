"""Sleep in atomic: where no task may sleep, and what may sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.model.faults import FaultBudget, Faults
from aiovgic.sync import MemoryAccess, Part, Parts, Rcu
from tests.engine.watched import found, rules

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SLEPT = ["sleep-in-atomic: may-not-sleep"]


class Machine(Part):
    """A spinlock, a mutex, and what else may sleep or may not."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.spin = self.lock("spin", irqsave=True)
        self.mutex = self.lock("mutex", sleeps=True)
        self.queue = self.wait_queue("queue")
        self.srcu = self.srcu_struct("srcu")
        self.rcu = Rcu(self.rt, self, "rcu")
        self.word = self.shared("word", 0)


class Allocating(Machine):
    """A Machine whose memory may run short."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.faults = parts.make(Faults, "faults", FaultBudget())


async def takes_mutex(machine: Machine) -> None:
    async with machine.mutex:
        pass


async def waits_for_readers(machine: Machine) -> None:
    await machine.srcu.synchronize()


async def sleeps(machine: Machine) -> None:
    async def at_once() -> bool:
        return await machine.word.load() == 0

    await machine.queue.wait(at_once)


async def copies(machine: Machine) -> None:
    await MemoryAccess(machine, 0, 8, write=False)


async def guest_copies(machine: Machine) -> None:
    await MemoryAccess(machine, 0, 8, write=False, native=True)


async def tries_mutex(machine: Machine) -> None:
    if await machine.mutex.trylock():
        machine.mutex.release()


async def counts(machine: Machine) -> None:
    await machine.word.update(lambda word: word + 1)


SLEEPERS = (takes_mutex, waits_for_readers, sleeps, copies)
OTHERS = (guest_copies, tries_mutex, counts)


@pytest.mark.parametrize("does", [*SLEEPERS, *OTHERS])
def test_under_a_spinlock_nothing_may_sleep(does: Callable[[Machine], Awaitable[None]]) -> None:
    async def body(machine: Machine) -> None:
        async with machine.spin:
            await does(machine)

    assert rules(Machine, {"one": body}) == (SLEPT if does in SLEEPERS else [])


@pytest.mark.parametrize("does", SLEEPERS)
def test_under_a_mutex_and_in_an_srcu_section_everything_may(does: Callable[[Machine], Awaitable[None]]) -> None:
    async def body(machine: Machine) -> None:
        if does is not takes_mutex:
            async with machine.mutex:
                await does(machine)
        if does is not waits_for_readers:
            async with machine.srcu.read():
                await does(machine)
        await does(machine)

    assert rules(Machine, {"one": body}) == []


def test_a_handler_and_an_rcu_reader_may_not_sleep_either_nor_who_has_interrupts_off() -> None:
    async def reader(machine: Machine) -> None:
        async with machine.rcu.read():
            await copies(machine)

    async def deaf(machine: Machine) -> None:
        machine.rt.current.irqs_disable()
        await copies(machine)
        machine.rt.current.irqs_enable()

    titles = {
        "one": "one touches guest memory p[0x0], and {}",
        "handler": "handler waits for the mutex p.mutex, and {}",
    }
    assert [each.title for each in found(Machine, {"one": reader})] == [titles["one"].format("reads p.rcu")]
    assert [each.title for each in found(Machine, {"one": deaf})] == [titles["one"].format("has interrupts off")]
    with_handler = found(Machine, {"one": counts, "handler": takes_mutex}, isrs=("handler",))
    assert with_handler[0].title == titles["handler"].format("handles an interrupt")


def test_under_a_spinlock_nobody_allocates_with_or_without_failures() -> None:
    async def allocates(machine: Allocating) -> None:
        async with machine.spin:
            await machine.faults.alloc("a thing")

    async def allocates_before(machine: Allocating) -> None:
        await machine.faults.alloc("a thing")
        async with machine.spin:
            await machine.word.load()

    (broken,) = found(Allocating, {"one": allocates})
    assert f"{broken.kind}: {broken.rule}" == SLEPT[0]
    assert broken.title == "one allocates a thing, and holds p.spin"
    assert [(place.access, place.object) for place in broken.places] == [("allocates", "a thing")]
    assert rules(Allocating, {"one": allocates_before}) == []
