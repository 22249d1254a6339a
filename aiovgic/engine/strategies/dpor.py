"""Source-DPOR with sleep sets: one execution for each order of the steps that matter.

After every execution the search reverses each race: it adds, at the state before the earlier step, a task that
begins an execution with the two steps reversed (Abdulla, Aronis, Jonsson, Sagonas: Optimal dynamic partial order
reduction, POPL 2014). A task is in the sleep set of a state if its next step was tried there before; it leaves the
set when a step is taken that does not commute with its own.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from aiovgic.engine.collecting import uncollected
from aiovgic.engine.footprint import Footprint
from aiovgic.engine.order import NEVER, seen
from aiovgic.engine.reorder import Reorder
from aiovgic.engine.steps import Steps
from aiovgic.engine.strategies.follow import Follow
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiovgic.engine.footprint import Key
    from aiovgic.engine.order import HappensBefore, OrderedStep
    from aiovgic.engine.strategies.follow import Steered
    from aiovgic.engine.task import Task
    from aiovgic.engine.watch import Watch


class PathNode:
    """A state on the path: the tasks that can run from here, those that were tried, and those in the sleep set."""

    __slots__ = ("alternatives", "barred", "chosen", "done", "enabled", "footprint", "sleep", "taken", "todo")

    def __init__(
        self, enabled: Sequence[int], barred: Sequence[int], chosen: int, sleep: Mapping[int, Footprint]
    ) -> None:
        self.enabled = enabled
        self.barred = barred
        """Whose CPU is not their own here."""
        self.chosen = chosen
        self.sleep = sleep
        self.todo = [chosen]
        """The tasks that are to go on from here, in the order that it became known."""
        self.done: dict[int, Footprint] = {}
        self.alternatives = 0
        """Of the choice that the step is, if it is one."""
        self.taken = 0
        self.footprint = Footprint()
        """The merged footprint of all alternatives of the choice."""

    def next_alternative(self, step: Footprint) -> bool:
        """Let the step's choice, which touched this, take another alternative, if there is one left."""
        self.footprint.merge(step)
        self.taken += 1
        return self.taken < self.alternatives

    def next_task(self) -> bool:
        """Let another task go on from here, if one is to."""
        self.done[self.chosen] = self.footprint
        for task in self.todo:
            if task not in self.done and task not in self.sleep:
                self.chosen = task
                self.alternatives = self.taken = 0
                self.footprint = Footprint()
                return True
        return False

    def asleep_after(self, step: Footprint) -> dict[int, Footprint]:
        """The tasks that need not go on after the step: their own steps commute with it."""
        return {
            task: each
            for tasks in (self.sleep, self.done)
            for task, each in tasks.items()
            if task != self.chosen and each.commutes(step)
        }


LONG = 200
"""Steps of an execution without an end before which something is tried: a task that spins races for ever."""

FEW = 50
"""Steps of each task, after those, that are tried there."""


class DporStrategy:
    """Counts through the traces of a program, in the sense of Mazurkiewicz."""

    name = "dpor"
    always_asked = True
    samples = False

    def __init__(self) -> None:
        self.path: list[PathNode] = []
        self.steps = Steps(self.footprints)
        self.complete = False
        self.late: dict[int, int] = {}
        """How many late steps of each task were looked at, by number."""
        self.pruned = 0
        """Number of executions that ended early because everything that follows was tried before."""
        self.again = Follow(self.steps)
        """Decides other orders of the last trace, as long as there are some to execute."""
        self.others: Iterator[Steered] = iter(())
        """The other orders of the last trace that are still to be executed."""

    @property
    def watches(self) -> Sequence[Watch]:
        """The watch that hears what the steps touch."""
        return (self.again if self.again.orders else self.steps,)

    # -- decisions ---------------------------------------------------------------------------

    def begin(self) -> None:
        """A new execution begins."""

    def replay_prefix(self) -> Sequence[int]:
        """The replay prefix: the tasks of the path that the search has chosen so far."""
        return [] if self.again.orders else [node.chosen for node in self.path]

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task | None:
        """The default order's task if it is not in the sleep set, else the first such task; None if there is none."""
        if self.again.orders:
            return self.again.pick(enabled, plain, step)
        sleep = self.path[-1].asleep_after(self.steps.events[-1].footprint) if self.path else {}
        awake = [task for task in enabled if task.number not in sleep]
        if not awake:
            self.pruned += 1
            return None
        task = plain if plain in awake else awake[0]
        self.path.append(PathNode([each.number for each in enabled], self.steps.barred(), task.number, sleep))
        return task

    def choose(self, alternatives: int, what: str, choice: int) -> int:
        """The alternatives in order, one execution each."""
        if self.again.orders:
            return self.again.choose()
        assert self.steps.execution is not None
        node = self.path[self.steps.execution.steps - 1]
        if node.alternatives not in (0, alternatives):
            raise DivergedError(f"{what} had {node.alternatives} alternatives, and now {alternatives}")
        node.alternatives = alternatives
        return node.taken

    # -- afterwards --------------------------------------------------------------------------

    def end(self) -> bool:
        """Reverse the races of the execution, then go to the last state where a task or an alternative is left to try.

        Other orders of the trace come first, where a rule is asked at a moment that this order does not have.
        """
        with uncollected():
            if not self.again.orders:
                self.reverse_races()
                self.others = self.other_orders()
            self.again.orders = list(islice(self.others, 1))
            return bool(self.again.orders) or self.go_back()

    def go_back(self) -> bool:
        """Go to the last state where a task or an alternative is left to try; False if there is none."""
        while self.path:
            node = self.path[-1]
            step = self.steps.events[len(self.path) - 1].footprint
            if node.next_alternative(step) or node.next_task():
                self.steps.kept = len(self.path) - 1
                return True
            self.path.pop()
        self.complete = True
        return False

    def left(self) -> int:
        """Executions that are certain to follow, at least: each branch that is known, once."""
        branches = alternatives = 0
        for node in self.path:
            branches += sum(task not in node.done and task not in node.sleep for task in node.todo)
            branches -= node.chosen not in node.done
            alternatives += max(node.alternatives - node.taken - 1, 0)
        return branches + alternatives + 1

    def footprints(self) -> Iterator[Footprint]:
        """Footprints of steps that were taken from the states on the path, or need not be."""
        for node in self.path:
            yield node.footprint
            yield from node.sleep.values()
            yield from node.done.values()

    def other_orders(self) -> Iterator[Steered]:
        """Orders of the trace that was executed with the moments at which rules are asked and that it did not have.

        Each order is executed before the next one is asked for. A moment that an order had is not tried again.
        """
        execution, order = self.steps.execution, self.steps.order
        assert execution is not None
        assert order is not None
        if execution.pruned or self.is_endless():
            return
        takes = [(execution.tasks[node.chosen].name, node.taken) for node in self.path]
        reorder = Reorder(order.events, execution.tasks, cut=self.was_cut())
        tried: list[tuple[list[int], int]] = []
        for number, each in reorder.orders():
            if not any(done.index(number) <= last and reorder.has(done, number) for done, last in tried):
                yield [takes[step] for step in each]
                tried.append((each, self.again.step))

    def reverse_races(self) -> None:
        """Add, for each new race, a task that begins an execution with the two steps reversed."""
        if self.was_cut():
            self.steps.events[-1].footprint.ends = True
        self.late = {}
        for order, event in self.steps.ordered(self.is_late):
            self.add_races(order, event)
        after = self.steps.order
        assert after is not None
        if self.was_cut():
            self.add_ends(after)
            pending = self.steps.interrupted()
        else:
            pending = self.steps.waiting() if self.steps.left is None else self.steps.left
        for event in pending:
            self.add_races(after, event)

    def was_cut(self) -> bool:
        """Whether a step broke something and ended the execution: the other tasks could have gone on."""
        execution = self.steps.execution
        assert execution is not None
        return bool(self.steps.events) and self.steps.left is None and not execution.pruned

    def add_races(self, order: HappensBefore, event: OrderedStep) -> None:
        """All races between a step and those before it; of an execution without an end only with its beginning."""
        endless = self.is_endless()
        for number, name in order.races(event):
            at = self.unbarred(order, number, name, event) if self.steps.is_cpu(name) else number
            if endless and at >= LONG:
                at = order.earlier(LONG, name, number)
            while at != NEVER and not self.add(order, at, event):
                at = self.before(order, at, name, event)

    def is_endless(self) -> bool:
        """Whether the execution went beyond the step limit: then the search is not complete."""
        execution = self.steps.execution
        return execution is not None and execution.turns is not None

    def is_late(self, order: HappensBefore, event: OrderedStep) -> bool:
        """Whether an execution has no end, and a task has taken so many steps that its next ones show nothing new."""
        if len(order.events) < LONG or not self.is_endless():
            return False
        turns = self.late[event.task] = self.late.get(event.task, 0) + 1
        return turns > FEW

    def unbarred(self, order: HappensBefore, number: int, cpu: str, event: OrderedStep) -> int:
        """The last use of a CPU, up to a step, instead of which ``event`` could have had it, or `NEVER`."""
        while number != NEVER and number < len(self.path) and event.task in self.path[number].barred:
            number = order.earlier(number, cpu, number)
        return number

    def before(self, order: HappensBefore, number: int, name: Key, event: OrderedStep) -> int:
        """The step to try ``event`` before next, where it cannot begin before step ``number``, or `NEVER`.

        That is the access of the thing before; or the use of its CPU before, where the task has not its CPU.
        """
        earlier = order.earlier(number, name, number)
        if event.task in self.path[number].barred:
            cpus = filter(self.steps.is_cpu, event.footprint.touched)
            earlier = max([earlier, *(order.earlier(number, cpu, number) for cpu in cpus)])
        return earlier

    def add(self, order: HappensBefore, number: int, event: OrderedStep) -> bool:
        """Let an execution be tried that has ``event`` before the step ``number``; False if no task could begin it."""
        if number >= len(self.path):
            return True  # beyond the step limit the strategy is not asked
        node = self.path[number]
        initials = [task for task in order.initials(number, event) if task in node.enabled]
        if not initials:
            return False
        if not event.whole:
            initials = self.certain(order, number, event, initials)
        if not any(task in node.todo or task in node.sleep for task in initials):
            node.todo.append(event.task if event.task in initials else initials[0])
        return True

    def certain(self, order: HappensBefore, number: int, event: OrderedStep, initials: list[int]) -> list[int]:
        """Of the tasks that can begin an execution with ``event`` before step ``number``, those that surely can.

        What a step that is still to come touches behind its operation is known only if the task took that step from
        this state before. If it is not known, the step may conflict with those beside it, and comes after them.
        """
        others = [task for task in initials if task != event.task]
        if not others or event.task not in initials:
            return initials
        beside = list(order.beside(number))
        if any(each.task == event.task for each in beside):
            return initials
        node = self.path[number]
        taken = node.sleep.get(event.task) or node.done.get(event.task)
        if taken is not None and all(taken.commutes(each.footprint) for each in beside):
            return initials
        return others

    def add_ends(self, order: HappensBefore) -> None:
        """Try the last step, which ended the execution, before steps of others, and steps of others before it.

        A rule that is asked when the other tasks have ended finds nothing if one of them is not done: so the last
        steps of the others do not commute with that step either.
        """
        last = order.events[-1]
        alone = last.answer is not None and last.answer.violated
        latest = {event.task: number for number, event in enumerate(order.events[: len(self.path)])}
        for task, number in latest.items():
            if task == last.task or not seen(last.clock, task, number):
                node = self.path[number]
                node.todo += [each for each in node.enabled if each not in node.todo]
                if alone and task != last.task:
                    order.events[number].footprint.ends = True
