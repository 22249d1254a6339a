"""Nobody can run: who rests, who is stuck, and who waits for whom."""

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
    """Who waits, and what for."""


def holders(context: Context, op: Op[Any]) -> tuple[Context, ...]:
    """Whom a context waits for, as far as that is somebody: the handler that interrupted it first of all."""
    stack = context.cpu.stack
    if stack and stack[-1] is not context:
        return (stack[-1],)
    if isinstance(op, Acquire | AcquireKillable) and op.lock.holder is not None:
        return (op.lock.holder,)
    if isinstance(op, GraceEnd):
        return op.holders()
    return ()


def stuck(waiting: Waiting) -> list[Context]:
    """Who is left when all who rest are taken away.

    At rest is who sleeps where nothing is due, and who waits for such a one but can be killed:
    a thread whose ioctl waits until a halted vCPU comes back.
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
    """Whether everyone that a context waits for is at rest."""
    whom = holders(context, op)
    return bool(whom) and not any(each in left for each in whom)


def in_cycle(waiting: Waiting) -> bool:
    """Whether someone waits, over others or not, for himself."""
    return any(context in reached(waiting, context) for context in waiting)


def reached(waiting: Waiting, start: Context) -> list[Context]:
    """Everyone that a context waits for, over others or not."""
    found: list[Context] = []
    todo = [start]
    while todo:
        context = todo.pop()
        whom = holders(context, waiting[context]) if context in waiting else ()
        new = [each for each in whom if each not in found]
        found += new
        todo += new
    return found


def sentence(context: Context, op: Op[Any]) -> str:
    """What one of them waits for."""
    whom = holders(context, op)
    if whom == (context,):
        return f"{context.name} waits for {op.target}, which it holds itself"
    if context.cpu.stack and whom == (context.cpu.stack[-1],):
        return f"{context.name} cannot go on: it was interrupted on {context.cpu} by {whom[0].name}"
    if whom:
        return f"{context.name} waits for {op.target}, held by {', '.join(each.name for each in whom)}"
    return f"{context.name} sleeps on {op.target}, and no task is left to wake it"


def title(contexts: Sequence[Context]) -> str:
    """A deadlock in a few words."""
    return f"{' and '.join(context.name for context in contexts)} can never go on"


def kept(ended: Sequence[Context]) -> Finding | None:
    """The first who ended with a lock, or inside a section: nobody will ever give it back."""
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
    """Which of the rules about waiting is broken."""
    return "wait-for-cycle" if in_cycle(waiting) else "nobody-wakes"


def explain(waiting: Waiting, tasks: Sequence[Task]) -> tuple[str, tuple[str, ...], tuple[Place, ...]]:
    """Rule, sentences and places of a deadlock among these tasks."""
    places = tuple(
        place_of(task, innermost(task), f"waits ({task.op.kind})", task.op.target) for task in tasks if task.op
    )
    return rule(waiting), tuple(sentence(task.context, waiting[task.context]) for task in tasks), places
