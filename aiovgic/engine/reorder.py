"""Other orders of one trace in which a task is alone at a moment that matters to a rule.

Some rules are asked when all tasks but one have ended or sleep (`Observant.settled`). Orders of one trace
differ in whether that moment comes: independent steps of the others may follow the step of the one. DPOR runs
one order of each trace. So it is looked up here whether another order has such a moment: it puts first what
does not come after the step, and then the step.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from aiovgic.engine.order import seen
from aiovgic.sync import Sleep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.engine.order import Answer, OrderedStep
    from aiovgic.engine.task import Task


class Reorder:
    """The steps of one execution, and the tasks as they are at its end."""

    def __init__(self, events: Sequence[OrderedStep], tasks: Sequence[Task], *, cut: bool) -> None:
        self.events = events
        self.resting = [task.op is None or isinstance(task.op, Sleep) for task in tasks]
        """Whether each task had ended or was about to sleep."""
        self.cut = cut
        """Whether the last step ended the execution."""
        self.by_task: list[list[int]] = [[] for _ in tasks]
        for number, event in enumerate(events):
            self.by_task[event.task].append(number)

    def orders(self) -> Iterator[tuple[int, list[int]]]:
        """The moments that the executed order has not, each with an order that has it, as numbers of steps.

        The order has no new moment before that one: a rule that is violated there would end the execution.
        """
        for number, event in enumerate(self.events):
            if event.answer is None or not self.is_followed(number) or not self.is_moment(number):
                continue
            if self.may_differ(number, event.answer):
                rest = range(number, len(self.events))
                earlier = [each for each in rest if not self.comes_after(each, number)]
                if earlier and not (self.cut and earlier[-1] == rest[-1]):
                    later = [each for each in rest if self.comes_after(each, number)]
                    yield number, [*range(number), *earlier, *later]

    def has(self, order: Sequence[int], number: int) -> bool:
        """Whether an order has the moment before a step: what follows it there comes after it."""
        return all(self.comes_after(each, number) for each in order[order.index(number) :])

    def may_differ(self, number: int, answer: Answer) -> bool:
        """Whether the rules may find something at this moment: they did before the step, or what they read changes."""
        return answer.violated or any(
            self.events[each].footprint.writes(answer.reads)
            for each in range(number + 1, len(self.events))
            if not self.comes_after(each, number)
        )

    def comes_after(self, number: int, first: int) -> bool:
        """Whether a step is ordered after another one, or is that step."""
        return seen(self.events[number].clock, self.events[first].task, first)

    def is_followed(self, number: int) -> bool:
        """Whether another task takes a later step."""
        task = self.events[number].task
        return any(steps and steps[-1] > number for other, steps in enumerate(self.by_task) if other != task)

    def is_moment(self, number: int) -> bool:
        """Whether all other tasks have ended or sleep once everything has happened that does not come after a step."""
        task = self.events[number].task
        return all(self.rests(other, number) for other in range(len(self.resting)) if other != task)

    def rests(self, task: int, number: int) -> bool:
        """Whether a task has ended, or is about to sleep, in front of its first step that comes after another one."""
        steps = self.by_task[task]
        first = bisect_right(steps, 0, key=lambda each: self.comes_after(each, number))
        if first < len(steps):
            return self.events[steps[first]].footprint.waited == "wake"
        return self.resting[task]
