"""Sleep in atomic context: a context that must not sleep does something that may sleep.

A context must not sleep while it holds a spinlock, is an RCU reader, has interrupts off, or handles an interrupt.
These may sleep: waiting for a mutex, a grace period or a wait queue; an access of guest memory, which may be
paged out; and an allocation (GFP_KERNEL).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.engine.places import innermost, place_in, place_of
from aiovgic.engine.watch import Watch
from aiovgic.record.finding import Finding
from aiovgic.sync import Acquire, AcquireKillable, GraceBegin, MemoryAccess, Prepare, Rcu

if TYPE_CHECKING:
    from aiovgic.engine.places import Where
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Place
    from aiovgic.sync import Context, Op

SLEEPERS: dict[type[Op[Any]], str] = {
    Acquire: "waits for the mutex",
    AcquireKillable: "waits for the mutex",
    GraceBegin: "waits for readers of",
    Prepare: "sleeps on",
    MemoryAccess: "touches guest memory",
}
"""Operations that may sleep, and the text that a finding has for each."""


class Atomic(Watch):
    """Checks the context of everything that may sleep."""

    before_ops = tuple(SLEEPERS)

    def __init__(self) -> None:
        self.execution: Execution | None = None

    def begin(self, execution: Execution) -> None:
        self.execution = execution

    def before(self, task: Task, op: Op[Any]) -> None:
        if may_sleep(op) and atomic(task.context):
            does = f"{SLEEPERS[type(op)]} {op.target}"
            self.report(task.context, does, place_of(task, innermost(task), op.kind, op.target))

    def may_sleep(self, me: Context, verb: str, what: str, where: Where) -> None:
        if atomic(me):
            self.report(me, f"{verb} {what}", place_in(me, where, verb, what))

    def report(self, me: Context, does: str, place: Place) -> None:
        """Report a context that may sleep here although it must not."""
        assert self.execution is not None
        title = f"{me.name} {does}, and {atomic(me)}"
        self.execution.report(Finding(kind="sleep-in-atomic", rule="may-not-sleep", title=title, places=(place,)))


def may_sleep(op: Op[Any]) -> bool:
    """Whether an operation may sleep: a lock only if it is a mutex, guest memory only if it may be paged out."""
    if isinstance(op, Acquire | AcquireKillable):
        return op.lock.sleeps
    return not (isinstance(op, MemoryAccess) and op.native)


def atomic(me: Context) -> str:
    """The reason why a context must not sleep now; empty if it may."""
    if me.isr:
        return "handles an interrupt"
    for lock in me.held:
        if not lock.sleeps:
            return f"holds {lock.name}"
    for section in me.sections:
        if isinstance(section.srcu, Rcu):
            return f"reads {section.srcu.name}"
    return "has interrupts off" if me.irqs_off else ""
