"""A shared word that is read between two operations: no point, and still an access of its step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.explore import explore
from aiovgic.engine.replaying import replay
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.record.schedule import Schedule
from aiovgic.sync import ACQUIRE, RELEASE, Guarded, Part, fence
from tests.engine.programs import program
from tests.engine.watched import rules

if TYPE_CHECKING:
    from aiovgic.sync import Parts
    from tests.engine.programs import Body

RACE = ["data-race: happens-before"]


class Told(Part):
    """A field that a word tells of, and what a task saw of the word."""

    plain = Guarded(0, by="lock")
    seen = Guarded[int | None](None, by="lock")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)
        self.other = self.shared("other", 0)

    def shown(self) -> dict[str, Any]:
        return {"seen": self.seen}


async def tells(part: Told) -> None:
    part.plain = 1
    await part.word.store(1, RELEASE)


async def looks(part: Told) -> None:
    await part.other.load()
    part.seen = part.word.reread()


@pytest.mark.parametrize("first", ["tells", "looks"])
def test_dpor_tries_a_store_before_and_after_the_step_that_reads_the_word_again(first: str) -> None:
    bodies: dict[str, Body] = {"tells": tells, "looks": looks}
    ordered = {first: bodies.pop(first), **bodies}
    search = explore(program(Told, ordered), DporStrategy(), 100)
    assert (search.complete, search.executions) == (True, 2)
    assert {str(seen) for seen in search.histogram.seen} == {"{'seen': 0}", "{'seen': 1}"}


def test_two_steps_that_read_a_word_again_commute() -> None:
    search = explore(program(Told, {"one": reads, "two": reads}), DporStrategy(), 100)
    assert (search.complete, search.executions) == (True, 1)


async def reads(part: Told) -> None:
    await part.other.load()
    part.word.reread()


async def touches_if_told(part: Told) -> None:
    await part.other.load()
    if part.word.reread():
        part.plain += 1


async def touches_behind_a_barrier(part: Told) -> None:
    await part.other.load()
    if part.word.reread():
        await fence(ACQUIRE)
        part.plain += 1


def test_what_it_reads_is_relaxed_and_orders_nothing_without_a_barrier() -> None:
    assert rules(Told, {"one": tells, "two": touches_if_told}) == RACE
    assert rules(Told, {"one": tells, "two": touches_behind_a_barrier}) == []


def test_the_record_of_an_execution_has_it() -> None:
    replayed = replay(program(Told, {"one": looks}), Schedule())
    assert [(type(event).__name__, event.what) for event in replayed.events] == [
        ("StepEvent", "p.other"),
        ("ReadEvent", "p.word"),
        ("WriteEvent", "p.seen"),
    ]
