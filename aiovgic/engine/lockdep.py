"""Lock order: which class was ever taken while which was held, over all executions of a search.

As the kernel's lockdep: an order that can deadlock is found without the deadlock. Nodes are
classes; a read section counts as held, and waiting for its readers as taking it. Trying a lock
waits for nobody. A class that interrupt handlers take must never be held with interrupts on,
nor be outside one that is.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from aiovgic.engine.places import innermost, place_of
from aiovgic.engine.watch import Watch
from aiovgic.record.finding import Finding
from aiovgic.sync import Acquire, AcquireKillable, GraceBegin, Lock, Srcu, TryLock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Place
    from aiovgic.sync import LockOrder, Op

    Edges = dict[str, dict[str, Place]]
    """By class that was held and class that was taken: where that was first done."""


class Lockdep(Watch):
    """The graph, and what is wrong with it. With ``keep`` it grows from execution to execution.

    What it reports then depends on the executions before. So in a search that goes on after findings, a report must not
    end its execution (``ends``): the search would not come to what is behind it.
    """

    before_ops = (Acquire, AcquireKillable, TryLock, GraceBegin)

    def __init__(self, order: LockOrder, *, keep: bool = True, ends: bool = True, seed: Lockdep | None = None) -> None:
        self.order = order
        self.keep = keep
        self.ends = ends
        self.edges: Edges = {}
        self.safe: dict[str, Place | None] = dict.fromkeys(order.irq_safe)
        """Classes that interrupt handlers take, and where one was seen to."""
        self.unsafe: dict[str, Place] = {}
        """Classes held with interrupts on."""
        self.seen: dict[tuple[object, ...], None] = {}
        """Situations that were looked at before."""
        self.grown = False
        if seed is not None:
            self.edges = {outer: dict(inner) for outer, inner in seed.before_edges.items()}
            self.safe, self.unsafe = dict(seed.before_usage[0]), dict(seed.before_usage[1])
        self.remember()
        self.execution: Execution | None = None

    def remember(self) -> None:
        """What is known now is what was known before the next execution."""
        self.before_edges: Edges = {outer: dict(inner) for outer, inner in self.edges.items()}
        self.before_usage = (dict(self.safe), dict(self.unsafe))
        self.grown = False

    def begin(self, execution: Execution) -> None:
        self.execution = execution
        if not self.grown:
            return
        if not self.keep:
            self.edges = {outer: dict(inner) for outer, inner in self.before_edges.items()}
            self.safe, self.unsafe = dict(self.before_usage[0]), dict(self.before_usage[1])
            self.seen.clear()
        self.remember()

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
        here = place_of(task, innermost(task), "takes", lock.name)
        if waits:
            for outer in held:
                self.edge(outer.cls, lock.cls, here)
            for section in sections:
                self.edge(section.srcu.cls, lock.cls, here)
        if me.isr:
            self.safe[lock.cls] = self.safe.get(lock.cls) or here
        elif not irqs_off:
            self.unsafe.setdefault(lock.cls, here)
        self.check_usage()

    def waits_for_readers(self, task: Task, srcu: Srcu) -> None:
        """A grace period is about to begin."""
        me = task.context
        here = place_of(task, innermost(task), "waits for readers of", srcu.name)
        if any(section.srcu is srcu for section in me.sections):
            title = f"{me.name} waits for readers of {srcu.name}, and is one"
            self.report("srcu-self-deadlock", title, (title,), (here,))
        for outer in me.held:
            self.edge(outer.cls, srcu.cls, here)

    # -- the rules ------------------------------------------------------------------------------

    def edge(self, outer: str, inner: str, here: Place) -> None:
        """``inner`` is taken inside ``outer``."""
        if outer == inner or inner in self.edges.get(outer, {}):
            return
        self.edges.setdefault(outer, {})[inner] = here
        self.grown = True
        if self.order.precedes(inner, outer):
            title = f"{inner} is taken inside {outer}; the order is {inner}, then {outer}"
            self.report("inverted-order-of-model", title, (sentence(outer, inner, here),), (here,), (outer, inner))
        way = self.way(inner, outer)
        if way:
            circle = list(zip([outer, *way], way, strict=False))
            places = tuple(self.edges[first][second] for first, second in circle)
            said = tuple(sentence(*pair, where) for pair, where in zip(circle, places, strict=True))
            title = f"{' -> '.join([outer, *way])} is a circle"
            first = way.index(min(way))
            self.report("circular", title, said, places, (*way[first:], *way[:first]))

    def nests(self, task: Task, lock: Lock) -> None:
        """Two locks of one class: by ascending key, or in any order under a third that excludes others."""
        held = task.context.held
        others = [each for each in held if each.cls == lock.cls]
        under = self.order.nested.get(lock.cls)
        if all(each.key < lock.key for each in others) or any(each.cls == under for each in held):
            return
        here = place_of(task, innermost(task), "takes", lock.name)
        title = f"{lock.name} is taken inside {others[-1].name}; locks of this class are taken in ascending order"
        self.report("nesting", title, (title,), (here,))

    def check_usage(self) -> None:
        """No class that handlers take may be held with interrupts on, nor be outside one that is."""
        for cls, handler in sorted(self.safe.items(), key=itemgetter(0)):
            for inner in self.inside(cls):
                held = self.unsafe.get(inner)
                if held is None:
                    continue
                said = [f"{inner} is held by {held.task} with interrupts on"]
                if inner != cls:
                    said.append(f"{inner} is taken inside {cls}")
                said.append(f"{cls} is taken by {handler.task if handler else 'interrupt handlers'}")
                places = (held,) if handler is None else (held, handler)
                title = f"an interrupt handler may want {cls} where {inner} is held with interrupts on"
                self.report("irq-inversion", title, tuple(said), places, (cls, inner))

    def inside(self, cls: str) -> Iterator[str]:
        """A class, and all that are taken inside it, over others or not."""
        reached = [cls]
        for name in reached:
            yield name
            reached += [inner for inner in sorted(self.edges.get(name, {})) if inner not in reached]

    def way(self, start: str, goal: str) -> list[str]:
        """The shortest way from one class to another; empty if there is none."""
        ways = [[start]]
        reached = [start]
        for way in ways:
            if way[-1] == goal:
                return way
            for inner in sorted(self.edges.get(way[-1], {})):
                if inner not in reached:
                    reached.append(inner)
                    ways.append([*way, inner])
        return []

    def report(
        self, rule: str, title: str, saw: tuple[str, ...], places: tuple[Place, ...], classes: tuple[str, ...] = ()
    ) -> None:
        """A rule is broken, by these classes if it is about classes: tasks that take two locks of one class commute."""
        assert self.execution is not None
        self.execution.report(
            Finding(kind="lock-order", rule=rule, title=title, saw=saw, places=places, classes=classes, ends=self.ends)
        )


def sentence(outer: str, inner: str, where: Place) -> str:
    """One edge in words."""
    return f"{where.task} {where.access} {inner} while it holds {outer}"
