"""Writing down what each step of an execution touches.

Guarded fields count only where they are ``points``: those that are read without their lock,
knowingly, and those that race.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.engine.footprint import Footprint
from aiovgic.engine.order import NEVER, Event, Order
from aiovgic.engine.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Change, Declared, Op, Part, Thing


class Steps(Watch):
    """The steps of one execution after the other; leading ones that are repeated are kept."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.kept = 0
        """How many steps the next execution repeats."""
        self.spawned: list[list[int]] = []
        """The tasks that each step made."""
        self.first: list[int] = []
        """The tasks there were before the first step."""
        self.points: dict[Declared, None] = {}
        self.new_points = False
        """Whether a field has become a point, which earlier steps do not show."""
        self.execution: Execution | None = None
        self.footprint: Footprint | None = None
        """Of the present step, if it is new."""
        self.handled: set[int] = set()
        """Numbers of the CPUs where interrupt handlers may come."""

    def begin(self, execution: Execution) -> None:
        self.execution = execution
        self.footprint = None
        self.first = []
        del self.events[self.kept :], self.spawned[self.kept :]

    def started(self, task: Task, parent: Task | None) -> None:
        if task.isr:
            self.handled.add(task.context.cpu.number)
        if parent is None:
            self.first.append(task.number)
        elif self.footprint is not None:
            self.spawned[-1].append(task.number)

    def before(self, task: Task, op: Op[Any]) -> None:
        assert self.execution is not None
        if self.execution.steps <= self.kept:
            return
        event = self.announced(task, op)
        self.footprint = event.footprint
        self.events.append(event)
        self.spawned.append([])

    def announced(self, task: Task, op: Op[Any]) -> Event:
        """A task's next step, as far as its operation tells what it will touch."""
        footprint = Footprint()
        footprint.operation(op)
        cpu = task.context.cpu
        if cpu.number in self.handled:
            footprint.runs_on(cpu)
        return Event(task.number, footprint)

    def changed(self, thing: Thing, how: Change) -> None:
        if self.footprint is not None:
            self.footprint.change(thing, how)

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        if marked and field not in self.points:
            self.points[field] = None
            self.new_points = True
        if self.footprint is not None:
            self.footprint.note(part, field, self.points, write=write)

    def freed(self, part: Part) -> None:
        if self.footprint is not None:
            self.footprint.freed(part)

    # -- afterwards --------------------------------------------------------------------------

    def order(self) -> tuple[Order, Sequence[Event]]:
        """The order of the steps before the first new one, and the new ones; see `Steps.append`."""
        order = Order()
        for task in self.first:
            order.spawned(task, NEVER)
        for event in self.events[: self.kept]:
            self.append(order, event)
        return order, self.events[self.kept :]

    def append(self, order: Order, event: Event) -> None:
        """The order has one more step, and the tasks that this made."""
        number = len(order.events)
        order.append(event)
        for task in self.spawned[number]:
            order.spawned(task, number)

    def waiting(self) -> list[Event]:
        """What those are about to do who have not ended."""
        assert self.execution is not None
        return [self.announced(task, task.op) for task in self.execution.tasks if task.op is not None]
