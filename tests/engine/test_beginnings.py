"""What a task does to shared things before its first point is a step: a search does not depend on creation order."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.replaying import replay
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.record.schedule import Schedule
from aiovgic.sync import Guarded, Part, Parts
from tests.engine.programs import program
from tests.engine.watched import NO_ORDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiovgic.engine.program import Program
    from aiovgic.engine.strategies.base import Strategy
    from tests.engine.programs import Body


class Box(Part):
    """A plain field, a queue, and words that show what tasks saw."""

    plain = Guarded(0, by="lock")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.seen = self.shared("seen", 0)
        self.up = self.shared("up", 0)
        self.queue = self.wait_queue("queue")

    def shown(self) -> dict[str, Any]:
        return {"seen": self.seen.value}


async def writes(box: Box) -> None:
    box.plain = 1
    await box.up.load()


async def reads(box: Box) -> None:
    await box.seen.store(2 if box.plain else 1)


async def wakes(box: Box) -> None:
    box.queue.wake()
    await box.up.load()


async def only_points(box: Box) -> None:
    await box.up.update(lambda now: now + 1)


def orders(*bodies: Body) -> Iterable[Program]:
    """A program for each order in which the tasks can be created."""
    return (program(Box, {body.__name__: body for body in order}) for order in permutations(bodies))


def shown(made: Program, strategy: Strategy) -> tuple[frozenset[str], frozenset[tuple[object, ...]]]:
    """The outcomes and the findings of a complete search."""
    search = explore(made, strategy, 1_000, watches=Detectors(NO_ORDER, go_on=True).watches, go_on=True)
    assert search.complete
    found = frozenset((each.kind, each.rule, *each.classes) for each in search.found.values())
    return frozenset(json.dumps(seen) for seen in search.histogram.seen), found


@pytest.mark.parametrize("strategy", [DporStrategy, DfsStrategy])
def test_a_write_before_the_first_point_is_searched_in_every_order_of_creation(
    strategy: Callable[[], Strategy],
) -> None:
    for made in orders(writes, reads):
        outcomes, found = shown(made, strategy())
        assert outcomes == {'{"seen": 1}', '{"seen": 2}'}
        assert found == {("data-race", "happens-before")}


def test_a_task_that_touches_something_first_begins_with_a_step() -> None:
    made, _ = orders(writes, only_points)
    events = [each for each in replay(made, Schedule()).events if each.task == "writes"]
    assert [type(each).__name__ for each in events] == ["StepEvent", "WriteEvent", "StepEvent"]
    assert [each.step for each in events] == [0, 0, 1]


def test_a_wake_up_before_the_first_point_is_a_step() -> None:
    made, _ = orders(wakes, only_points)
    assert explore(made, DporStrategy(), 10).depth == 3


def test_the_only_task_needs_no_step_to_begin_with() -> None:
    [made] = [*orders(writes)]
    assert explore(made, DporStrategy(), 10).depth == 1


def test_a_task_that_touches_nothing_first_has_no_more_steps_than_points() -> None:
    made, *_ = orders(only_points, reads)
    search = explore(made, DporStrategy(), 10)
    assert (search.depth, search.executions) == (3, 1)


def test_a_schedule_of_such_a_task_is_replayed() -> None:
    for made in orders(writes, reads):
        schedules = ("0>reads", "0>writes")
        outcomes = {str(replay(made, Schedule.parse(text)).outcome.seen) for text in schedules}
        assert outcomes == {"{'seen': 1}", "{'seen': 2}"}
