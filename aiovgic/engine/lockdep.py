"""Lock order: a graph of the lock classes that were taken while others were held, over all executions of a search.

Like the kernel's lockdep it finds an order that can deadlock without the deadlock. The nodes of the graph are
lock classes. A read section counts as a held lock, and waiting for its readers as taking it. A trylock does not
wait, so it adds no edge. A class that interrupt handlers take must never be held with interrupts on, and no class
that is held with interrupts on may be taken inside it.

A finding may join what several executions showed. It names the schedules of the other executions, so that a replay
runs them first (`replaying.primed`).
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from aiovgic.engine.lock_graph import DOCUMENTED, Evidence, LockGraph
from aiovgic.engine.places import innermost, place_of
from aiovgic.engine.watch import Watch
from aiovgic.record.finding import Finding
from aiovgic.sync import Acquire, AcquireKillable, GraceBegin, Lock, Srcu, TryLock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.lock_graph import Way
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Place
    from aiovgic.record.schedule import Schedule
    from aiovgic.sync import LockOrder, Op

    Fact = tuple[str, Evidence]
    """A fact in words, and its evidence."""


class Lockdep(Watch):
    """The graph, and what is wrong with it.

    With ``keep`` the graph grows from execution to execution, and what an execution adds is reported once. What it
    reports then depends on the executions before. So in a search that goes on after findings, a report must not
    end its execution (``ends``): the search would not come to what is behind it.

    Without ``keep`` each execution is looked at for itself, on top of what was known before (`settle`).
    """

    before_ops = (Acquire, AcquireKillable, TryLock, GraceBegin)

    def __init__(self, order: LockOrder, *, keep: bool = True, ends: bool = True) -> None:
        self.order = order
        self.keep = keep
        self.ends = ends
        self.graph = LockGraph.of(order.irq_safe)
        self.known = self.graph.copy()
        """What was known before the first execution that is looked at for itself."""
        self.seen: dict[tuple[object, ...], None] = {}
        """Situations that were looked at before."""
        self.grown = False
        """Whether the present execution has added something."""
        self.number = 0 if keep else 1
        """Of the present execution, counted from 1."""
        self.schedules: dict[int, Schedule] = {}
        """Of earlier executions that added something, by number."""
        self.execution: Execution | None = None

    def begin(self, execution: Execution) -> None:
        if self.keep:
            self.remember()
            self.number += 1
        elif self.grown:
            self.graph = self.known.copy()
            self.seen.clear()
        self.grown = False
        self.execution = execution

    def remember(self) -> None:
        """Remember the schedule of an execution that has ended, if it added something."""
        if self.grown and self.execution is not None:
            self.schedules[self.number] = self.execution.schedule

    def settle(self, earlier: Sequence[Schedule]) -> None:
        """Look at each later execution for itself, on top of what these ``earlier`` ones have shown."""
        self.schedules = dict(enumerate(earlier, 1))
        self.keep = False
        self.number = len(earlier) + 1
        self.known = self.graph.copy()
        self.seen.clear()
        self.grown = False

    # -- what is heard --------------------------------------------------------------------------

    def before(self, task: Task, op: Op[Any]) -> None:
        if isinstance(op, Acquire):
            self.takes(task, op.lock, waits=True, irqsave=op.irqsave)
        elif isinstance(op, AcquireKillable):
            self.takes(task, op.lock, waits=True, irqsave=op.lock.irqsave)
        elif isinstance(op, TryLock):
            if op.lock.holder is None:
                self.takes(task, op.lock, waits=False, irqsave=op.lock.irqsave)
        elif isinstance(op, GraceBegin):
            self.waits_for_readers(task, op.srcu)

    def takes(self, task: Task, lock: Lock, *, waits: bool, irqsave: bool) -> None:
        """A lock is about to be taken."""
        me = task.context
        held, sections = me.held, me.sections
        irqs_off = me.isr or irqsave or me.irqs_off > 0
        if waits and any(each.cls == lock.cls for each in held):
            self.nests(task, lock)
        situation = (
            lock.cls,
            waits,
            me.isr,
            irqs_off,
            *[each.cls for each in held],
            *[section.srcu.cls for section in sections],
        )
        if situation in self.seen:
            return
        self.seen[situation] = None
        self.grown = True
        here = self.here(task, "takes", lock.name)
        if waits:
            for outer in held:
                self.edge(outer.cls, lock.cls, here)
            for section in sections:
                self.edge(section.srcu.cls, lock.cls, here)
        if me.isr:
            self.learn(self.graph.safe, lock.cls, here)
        elif not irqs_off:
            self.learn(self.graph.unsafe, lock.cls, here)
        self.check_usage()

    def here(self, task: Task, access: str, what: str) -> Evidence:
        """What a task does now, as evidence."""
        return Evidence(place_of(task, innermost(task), access, what), self.number)

    def learn(self, facts: dict[str, Evidence], cls: str, here: Evidence) -> bool:
        """Add a fact about a class; whether it is new. An execution that is looked at for itself shows it anew."""
        before = facts.get(cls, DOCUMENTED)
        if before.place is not None and (self.keep or before.execution == self.number):
            return False
        facts[cls] = here
        self.grown = True
        return True

    def waits_for_readers(self, task: Task, srcu: Srcu) -> None:
        """A grace period is about to begin."""
        me = task.context
        here = self.here(task, "waits for readers of", srcu.name)
        if any(section.srcu is srcu for section in me.sections):
            title = f"{me.name} waits for readers of {srcu.name}, and is a reader itself"
            self.report("srcu-self-deadlock", title, [(title, here)])
        for outer in me.held:
            self.edge(outer.cls, srcu.cls, here)

    # -- the rules ------------------------------------------------------------------------------

    def edge(self, outer: str, inner: str, here: Evidence) -> None:
        """``inner`` is taken inside ``outer``."""
        if outer == inner or not self.learn(self.graph.edges.setdefault(outer, {}), inner, here):
            return
        if self.order.precedes(inner, outer):
            title = f"{inner} is taken inside {outer}; the order is {inner}, then {outer}"
            self.report("inverted-order-of-model", title, self.facts([(outer, inner)]), (outer, inner))
        way = self.graph.way(inner, outer)
        if way:
            circle = [(outer, inner), *way]
            classes = [each for _, each in circle]
            first = classes.index(min(classes))
            title = f"{' -> '.join([outer, *classes])} is a circle"
            self.report("circular", title, self.facts(circle), (*classes[first:], *classes[:first]))

    def nests(self, task: Task, lock: Lock) -> None:
        """Two locks of one class: by ascending key, or in any order under a third that excludes others."""
        held = task.context.held
        others = [each for each in held if each.cls == lock.cls]
        under = self.order.nested.get(lock.cls)
        if all(each.key < lock.key for each in others) or any(each.cls == under for each in held):
            return
        here = self.here(task, "takes", lock.name)
        title = f"{lock.name} is taken inside {others[-1].name}; locks of this class are taken in ascending order"
        self.report("nesting", title, [(title, here)])

    def check_usage(self) -> None:
        """No class that handlers take may be held with interrupts on, nor be outside one that is."""
        graph = self.graph
        for cls, handler in sorted(graph.safe.items(), key=itemgetter(0)):
            for way in graph.inside(cls):
                inner = way[-1][1] if way else cls
                held = graph.unsafe.get(inner)
                if held is None:
                    continue
                facts = [
                    (f"{inner} is held by {actor(held)} with interrupts on", held),
                    *self.facts(way),
                    (f"{cls} is taken by {actor(handler)}", handler),
                ]
                title = f"an interrupt handler may want {cls} where {inner} is held with interrupts on"
                self.report("irq-inversion", title, facts, (cls, inner))

    def facts(self, edges: Way) -> list[Fact]:
        """Edges in words, with their evidence."""
        found = ((outer, inner, self.graph.edges[outer][inner]) for outer, inner in edges)
        return [(sentence(outer, inner, evidence), evidence) for outer, inner, evidence in found]

    def report(self, rule: str, title: str, facts: Sequence[Fact], classes: tuple[str, ...] = ()) -> None:
        """A rule is broken, by these classes if it is about classes: tasks that take two locks of one class commute.

        If other executions showed some of the facts, the finding names their schedules. Of an execution that is looked
        at for itself these are all that were run before it.
        """
        assert self.execution is not None
        shown_by = [evidence.execution for _, evidence in facts]
        joined = any(number not in (DOCUMENTED.execution, self.number) for number in shown_by)
        earlier = [number for number in sorted(self.schedules) if joined and (number in shown_by or not self.keep)]
        finding = Finding(
            kind="lock-order",
            rule=rule,
            title=title,
            saw=tuple(f"{said}{in_execution(evidence)}" if joined else said for said, evidence in facts),
            places=tuple(placed(each, joined=joined) for _, each in facts if each.place is not None),
            classes=classes,
            earlier=tuple(str(self.schedules[number]) for number in earlier),
            ends=self.ends,
        )
        self.execution.report(finding)


def actor(evidence: Evidence) -> str:
    """The task that showed a fact; of one that is documented, interrupt handlers."""
    return "interrupt handlers" if evidence.place is None else evidence.place.task


def sentence(outer: str, inner: str, evidence: Evidence) -> str:
    """One edge in words."""
    access = "" if evidence.place is None else evidence.place.access
    return f"{actor(evidence)} {access} {inner} while it holds {outer}"


def in_execution(evidence: Evidence) -> str:
    """The execution that showed a fact, in words."""
    return f" (execution {evidence.execution})" if evidence.execution else ""


def placed(evidence: Evidence, *, joined: bool) -> Place:
    """The place of a fact; with its execution if a finding joins several."""
    assert evidence.place is not None
    return msgspec.structs.replace(evidence.place, execution=evidence.execution) if joined else evidence.place
