"""Deadlocks: which contexts are idle, which are blocked, and which contexts each one waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.engine.places import NOWHERE, innermost, place_in, place_of
from aiovgic.record.finding import Finding
from aiovgic.sync import Acquire, AcquireKillable, GraceEnd, Sleep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiovgic.engine.task import Task
    from aiovgic.record.finding import Place
    from aiovgic.sync import Context, Op

    Waiting = Mapping[Context, Op[Any]]
    """The contexts that wait, and the operation that each waits to do."""


def holders(context: Context, op: Op[Any]) -> tuple[Context, ...]:
    """The contexts that a context waits for; none where it waits for a wake-up.

    If an interrupt handler has its CPU, the context waits for that handler.
    """
    stack = context.cpu.stack
    if stack and stack[-1] is not context:
        return (stack[-1],)
    if isinstance(op, Acquire | AcquireKillable) and op.lock.holder is not None:
        return (op.lock.holder,)
    if isinstance(op, GraceEnd):
        return op.holders()
    return ()


def stuck(waiting: Waiting) -> list[Context]:
    """Contexts that remain blocked after removing idle ones.

    A context is idle if it sleeps at an idle place, such as a halted vCPU. It is also idle if it can be killed and
    waits for idle contexts only, such as a thread whose ioctl waits until a halted vCPU leaves KVM_RUN.
    """
    left = [context for context, op in waiting.items() if not (isinstance(op, Sleep) and op.idle)]
    while True:
        still = [
            context
            for context in left
            if not (waiting[context].killable and waits_for_rest(context, waiting[context], left))
        ]
        if still == left:
            return left
        left = still


def waits_for_rest(context: Context, op: Op[Any], left: Sequence[Context]) -> bool:
    """Whether a context waits for other contexts, and all of them are idle."""
    held_by = holders(context, op)
    return bool(held_by) and not any(each in left for each in held_by)


def in_cycle(waiting: Waiting) -> bool:
    """Whether a context waits for itself, directly or through other contexts."""
    return any(context in reached(waiting, context) for context in waiting)


def reached(waiting: Waiting, start: Context) -> list[Context]:
    """The contexts that a context waits for, directly or through other contexts."""
    found: list[Context] = []
    todo = [start]
    while todo:
        context = todo.pop()
        held_by = holders(context, waiting[context]) if context in waiting else ()
        new = [each for each in held_by if each not in found]
        found += new
        todo += new
    return found


def sentence(context: Context, op: Op[Any]) -> str:
    """A sentence that says what a context waits for."""
    held_by = holders(context, op)
    if held_by == (context,):
        return f"{context.name} waits for {op.target}, which it holds itself"
    if context.cpu.stack and held_by == (context.cpu.stack[-1],):
        return f"{context.name} cannot go on: it was interrupted on {context.cpu} by {held_by[0].name}"
    if held_by:
        return f"{context.name} waits for {op.target}, held by {', '.join(each.name for each in held_by)}"
    return f"{context.name} sleeps on {op.target}, and no task is left to wake it"


def title(contexts: Sequence[Context]) -> str:
    """The title of a deadlock of these contexts."""
    return f"{' and '.join(context.name for context in contexts)} can never go on"


def kept(ended: Sequence[Context]) -> Finding | None:
    """The finding for the first context that ended with a lock held or inside a read section, or None."""
    for context in ended:
        things = [*context.held, *[section.srcu for section in context.sections]]
        if things:
            name = things[0].name
            title = f"{context.name} ended and still has {name}: the next task that takes it waits for ever"
            return Finding(
                kind="deadlock",
                rule="never-released",
                title=title,
                places=(place_in(context, NOWHERE, "keeps", name),),
            )
    return None


def rule(waiting: Waiting) -> str:
    """The name of the broken rule: a cycle of contexts, or a wait that no context can end."""
    return "wait-for-cycle" if in_cycle(waiting) else "never-woken"


def explain(waiting: Waiting, tasks: Sequence[Task]) -> tuple[str, tuple[str, ...], tuple[Place, ...]]:
    """The rule, the sentences and the places of a deadlock of these tasks."""
    places = tuple(
        place_of(task, innermost(task), f"waits ({task.op.kind})", task.op.target) for task in tasks if task.op
    )
    return rule(waiting), tuple(sentence(task.context, waiting[task.context]) for task in tasks), places
