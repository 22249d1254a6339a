"""Lost wake-ups: a sleeper whose condition holds when no task can go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Part, Parts
from tests.engine.watched import found, rules

if TYPE_CHECKING:
    from tests.engine.programs import Body

LOST = ["lost-wakeup: missed-wakeup"]


class Bed(Part):
    """A queue, a word that says whether to sleep, and a lock around it."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.queue = self.wait_queue("queue")
        self.word = self.shared("word", 0)
        self.spin = self.lock("spin")


def sleeper(*, idle: bool) -> Body:
    async def sleeps(bed: Bed) -> None:
        async def is_set() -> bool:
            async with bed.spin:
                return await bed.word.load() == 1

        await bed.queue.wait(is_set, idle=idle, killable=idle)

    return sleeps


async def wakes_too_early(bed: Bed) -> None:
    bed.queue.wake()
    await bed.word.store(1)


async def wakes(bed: Bed) -> None:
    await bed.word.store(1)
    bed.queue.wake()


async def never_tells(bed: Bed) -> None:
    await bed.word.store(1)


def test_a_wakeup_before_its_reason_is_lost_whether_the_sleeper_may_rest_or_not() -> None:
    for idle in (True, False):
        assert rules(Bed, {"sleeper": sleeper(idle=idle), "waker": wakes}) == []
        assert rules(Bed, {"waker": wakes_too_early, "sleeper": sleeper(idle=idle)}) == LOST
        assert rules(Bed, {"sleeper": sleeper(idle=idle), "teller": never_tells}) == LOST


def test_the_sleeper_is_named_with_its_place() -> None:
    (lost,) = found(Bed, {"sleeper": sleeper(idle=True), "teller": never_tells})
    assert lost.title == "sleeper sleeps on p.queue, though the condition that it waits for is true"
    assert lost.places[0].function == "sleeps"


def test_who_waits_for_what_is_not_so_rests_or_is_stuck() -> None:
    assert rules(Bed, {"sleeper": sleeper(idle=True)}) == []
    assert rules(Bed, {"sleeper": sleeper(idle=False)}) == ["deadlock: never-woken"]


def test_what_cannot_be_said_without_waiting_is_not_said() -> None:
    async def dies_with_the_lock(bed: Bed) -> None:
        await bed.word.store(1)
        await bed.spin.acquire()
        await bed.spin.acquire()

    assert rules(Bed, {"sleeper": sleeper(idle=True), "holder": dies_with_the_lock})[0] == "deadlock: wait-for-cycle"
