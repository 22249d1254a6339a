"""Serial orders: can the results of a race be had with one step after the other?

Every order of the tasks' steps is played on a machine of its own, each step whole, until one gives
the results in question. What was played is kept: many executions have the same results. Results
are the same if both fail, or both succeed with the same values: which of its checks an ioctl fails
at may well depend on a race.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from math import factorial, prod
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.record.finding import Violation
from aiovgic.record.operation import text_of
from aiovgic.sync import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiovgic.record.operation import Result
    from aiovgic.scenario.player import ScenarioSession
    from aiovgic.scenario.scenario import Step, TaskPlan

    Texts = Mapping[str, str]

MAX_ORDERS = 10_000
"""Orders that are played at most: a scenario with more cannot expect 'serial'."""


def units(plan: TaskPlan) -> list[Sequence[Step]]:
    """What a task does, each written step whole."""
    numbers = [0]
    for step in plan.steps:
        numbers.append(numbers[-1] + (not step.more))
    pairs = zip(numbers, plan.steps, strict=False)
    return [[step for _, step in group] for _, group in groupby(pairs, key=lambda pair: pair[0])]


def count_orders(tasks: Sequence[TaskPlan]) -> int:
    """How many orders there are."""
    lengths = [len(units(plan)) for plan in tasks]
    return factorial(sum(lengths)) // prod(map(factorial, lengths))


def orders(left: list[int]) -> Iterator[tuple[int, ...]]:
    """Every order in which tasks with so many steps can take turns, as numbers of tasks."""
    if not any(left):
        yield ()
    for number, count in enumerate(left):
        if count:
            rest = [each - (other == number) for other, each in enumerate(left)]
            yield from ((number, *after) for after in orders(rest))


@dataclass(frozen=True)
class SerialOrders:
    """What serial orders give. It holds for all executions, so no checkpoint puts it back: it is frozen."""

    fresh: Callable[[Runtime], ScenarioSession]
    known: list[Texts] = field(default_factory=list)
    """Results by label, as texts, of every order played so far; each once."""
    answers: dict[tuple[tuple[str, str], ...], bool] = field(default_factory=dict)
    left: list[Iterator[tuple[int, ...]]] = field(default_factory=list)
    """The orders that were not played yet, once it has begun."""

    def explains(self, results: Mapping[str, Result]) -> bool:
        """Whether some order gives these results; steps that never ended may have any."""
        asked = tuple((label, outcome_of(results[label])) for label in sorted(results))
        if asked not in self.answers:
            self.answers[asked] = any(gives(texts, asked) for texts in self.texts())
        return self.answers[asked]

    def texts(self) -> Iterator[Texts]:
        """What every order gives: what is known, then what is played now."""
        yield from tuple(self.known)
        session = self.fresh(Runtime())
        if not self.left:
            self.left.append(orders([len(units(plan)) for plan in session.scenario.tasks]))
        for order in self.left[0]:
            texts = self.play(order)
            if texts is not None and texts not in self.known:
                self.known.append(texts)
                yield texts

    def play(self, order: Sequence[int]) -> Texts | None:
        """The results of one order; None if a step would wait for another, or the machine breaks."""
        session = self.fresh(Runtime())
        plans = session.scenario.tasks
        actors = [session.machine.actor(plan.name, session.set_up) for plan in plans]
        todo = [iter(units(plan)) for plan in plans]
        try:
            for number in order:
                session.rt.finish(session.steps(plans[number], actors[number], next(todo[number])))
        except (AssertionError, Violation, UapiError):
            return None
        return {label: outcome_of(result) for label, result in session.results.items()}


def outcome_of(result: Result) -> str:
    """Whether it succeeded, and with what values."""
    return "failed" if result["errno"] is not None else text_of(result)


def gives(texts: Texts, asked: Sequence[tuple[str, str]]) -> bool:
    """Whether an order gives the results asked for."""
    return all(texts.get(label) == text for label, text in asked)
