"""Writing down what each step of an execution touches.

Guarded fields count only where they are ``points``: those that are read without their lock,
knowingly, and those that race.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from aiovgic.engine.footprint import PUBLISHES, SILENT, Footprint
from aiovgic.engine.order import Event, Order
from aiovgic.engine.watch import Watch
from aiovgic.sync import Fence, Update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.engine.footprint import Key
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Change, Declared, Op, Part, Thing


class Steps(Watch):
    """The steps of one execution after the other; leading ones that are repeated are kept."""

    after_ops = SILENT

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.kept = 0
        """How many steps the next execution repeats."""
        self.spawned: list[int] = []
        """How many tasks each step made."""
        self.first = 0
        """How many tasks there were before the first step."""
        self.fences: list[tuple[int, int]] = []
        """The steps that are release barriers, and whose."""
        self.order: Order | None = None
        self.points: dict[Declared, None] = {}
        self.new_points = False
        """Whether a field has become a point, which earlier steps do not show."""
        self.execution: Execution | None = None
        self.footprint: Footprint | None = None
        """Of the present step, if it is new."""
        self.left: list[Event] | None = None
        """What those wait for who could not go on when nobody could; None if something ended it before."""
        self.handled: dict[int, str] = {}
        """The CPUs where interrupt handlers may come, by number."""

    def begin(self, execution: Execution) -> None:
        self.execution = execution
        self.footprint = None
        self.left = None
        self.first = 0
        del self.events[self.kept :], self.spawned[self.kept :]
        self.fences = [fence for fence in self.fences if fence[0] < self.kept]

    def started(self, task: Task, parent: Task | None) -> None:
        if task.isr:
            self.handled[task.context.cpu.number] = str(task.context.cpu)
        if parent is None:
            self.first += 1
        elif self.footprint is not None:
            self.spawned[-1] += 1

    def before(self, task: Task, op: Op[Any]) -> None:
        event = self.announced(task, op)
        if isinstance(op, Fence) and op.order in PUBLISHES:
            self.fences.append((len(self.events), task.number))
        self.footprint = event.footprint
        self.events.append(event)
        self.spawned.append(0)

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        if self.footprint is None or (isinstance(op, Update) and self.has_fenced(task)):
            return
        self.footprint.gave(op, value)

    def has_fenced(self, task: Task) -> bool:
        """Whether a task's stores publish what was before a barrier, though the word be as it was."""
        return any(number == task.number for _, number in self.fences)

    def end(self) -> None:
        self.left = self.waiting()

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
        if marked:
            self.promoted(field)
        if self.footprint is not None:
            self.footprint.note(part, field, self.points, write=write)

    def promoted(self, field: Declared) -> None:
        if field not in self.points:
            self.points[field] = None
            self.new_points = True

    def freed(self, part: Part) -> None:
        if self.footprint is not None:
            self.footprint.freed(part)

    # -- afterwards --------------------------------------------------------------------------

    def ordered(self) -> Iterator[tuple[Order, Event]]:
        """Each new step, and the order of those before it; the order has it when the next one is asked for."""
        if self.order is None or not self.kept:
            self.order = Order(self.first)
        self.order.truncate(self.kept)
        for number in range(self.kept, len(self.events)):
            yield self.order, self.events[number]
            self.order.append(self.events[number])
            self.order.spawned(self.spawned[number])

    def barred(self) -> list[int]:
        """Whose CPU is not their own now, by number of the task."""
        if not self.handled:
            return []
        assert self.execution is not None
        return [task.number for task in self.execution.tasks if task.op is not None and task.barred()]

    def is_cpu(self, key: Key) -> TypeGuard[str]:
        """Whether a thing is a CPU where interrupt handlers may come."""
        return key in self.handled.values()

    def waiting(self) -> list[Event]:
        """What those are about to do who have not ended, and cannot go on."""
        assert self.execution is not None
        return [
            self.announced(task, task.op) for task in self.execution.tasks if task.op is not None and not task.can_run()
        ]
