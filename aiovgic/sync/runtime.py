"""What the primitives need of the interpreter that drives them.

The base class is the plain runtime: one context, no notes, choices always 0. It plays
set-up before a race. The engines subclass it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aiovgic.record.finding import Violation
from aiovgic.sync.context import Context, HostCpu
from aiovgic.sync.handover import Answer, HandOver
from aiovgic.sync.op import Op

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.sync.guarded import Declared
    from aiovgic.sync.handover import Channel
    from aiovgic.sync.lock import Lock
    from aiovgic.sync.op import Change, Script, Thing
    from aiovgic.sync.parts import Part
    from aiovgic.sync.shared import Shared
    from aiovgic.sync.srcu import Srcu

    Detail = str | Callable[[], str]
    """A text, or a function that makes it when a trace is recorded."""

T = TypeVar("T")


ENDLESS = 1 << 60
"""A number of operations that no run reaches."""


class Runtime:
    """The plain runtime: everything happens at once, in place, as one context."""

    noting: bool = False
    """Whether guarded fields shall be noted."""

    racing: bool = False
    """Whether the set-up is over and tasks race."""

    hears: bool = False
    """Whether a watch uses the notes."""

    rule_reads: bool = False
    """Whether a rule decides during the race: then the runtime notes what it reads."""

    alone: int = 0
    """How many more operations the only context there is may do at once, without a point."""

    current: Context
    """The context that runs now."""

    def __init__(self) -> None:
        self.dead = False
        self.cpus = [HostCpu(0)]
        self.current = Context("setup", self.cpus[0])

    # -- what the primitives call -------------------------------------------------

    def not_held(self, thing: Lock | Srcu, lacks: str) -> None:
        """The running context has no lock or read section where it should have one. Raises AssertionError.

        ``lacks`` says so in words, with the context as the subject.
        """
        raise AssertionError(f"{self.current} {lacks}")

    def may_sleep(self, verb: str, what: str) -> None:
        """The running context does something in place that may sleep in KVM (might_sleep)."""

    def changed(self, thing: Thing, how: Change) -> None:
        """Outside an operation of its own: a lock was released, a reader left, a queue was woken or given up."""

    def note(self, part: Part, field: Declared, *, write: bool) -> None:
        """A guarded field is about to be read or written."""

    def reread(self, word: Shared[Any]) -> None:
        """The running context reads a shared word between two operations."""

    def rule_read(self, word: Shared[Any]) -> None:
        """A rule has read a shared word (`rule_reads`)."""

    def racy(self, read: Callable[[], T]) -> T:
        """Read guarded fields; their notes are marked as data races on purpose."""
        return read()

    def unseen(self, do: Callable[[], T]) -> T:
        """Call ``do`` without noting its accesses: it makes a part late that in KVM exists from the start."""
        return do()

    def judged(self, decide: Callable[[], T], lock: Lock) -> T:
        """Let an instrument decide during the race: what it reads counts as read by the step of the running task.

        ``lock`` guards the fields of its owner.
        """
        return decide()

    def signalled(self) -> bool:
        """Whether the running task was killed, or has a signal pending."""
        return False

    def made(self, part: Part) -> None:
        """A part begins: its memory was allocated."""

    def freed(self, part: Part) -> None:
        """The memory of ``part`` is given back."""

    def event(self, kind: str, what: str, detail: Detail = "") -> None:
        """Something worth a line in the trace happened (kick, enter, exit, ref, free)."""

    def pick(self, alternatives: int, what: str) -> int:
        """The outcome of a choice: 0 up to ``alternatives`` - 1."""
        return 0

    def spawn(self, script: Script[None], context: Context) -> None:
        """Start a new context; the plain runtime has no room for a second one."""
        script.close()
        raise AssertionError(f"{context.name} was spawned outside an engine")

    def serve(self, channel: Channel[Any, Any]) -> None:
        """A channel's server task exists from now on; interpreters that run it apart start it."""

    # -- set-up ------------------------------------------------------------------------

    def finish(self, script: Script[T]) -> T:
        """Run a script to its end, in place, as the current context."""
        before, self.alone = self.alone, ENDLESS
        try:
            return run_inline(script, self.current)
        finally:
            self.alone = before


def run_inline(script: Script[T], me: Context) -> T:
    """Drive ``script`` to its end without ever switching; every operation must be ready."""
    stack: list[Script[Any]] = [script]
    value: Any = None
    while True:
        try:
            op: Op[Any] = next_op(stack[-1], value)
        except StopIteration as stop:
            assert len(stack) == 1, "an ITS task ended while it served"
            result: T = stop.value
            return result
        value = advance(stack, op, me)


def next_op(script: Script[Any], value: Any, kinds: tuple[type, ...] = (Op,)) -> Any:
    """The next operation, or object of other ``kinds``, that a script awaits; the script goes on with ``value``.

    Raises StopIteration at its end. What else the script awaits is an error, raised where it awaits that.
    """
    awaited = script.send(value)
    while not isinstance(awaited, kinds):
        awaited = script.throw(foreign(awaited, "operations of the machine, and cells"))
    return awaited


def foreign(awaited: object, allowed: str) -> RuntimeError:
    """The error of code that awaits something else than what is ``allowed``."""
    what = "an event loop" if awaited is None else f"an object of type {type(awaited).__name__}"
    return RuntimeError(f"this awaits {what}; it may await only {allowed}")


def advance(stack: list[Script[Any]], op: Op[Any], me: Context) -> Any:
    """Do one operation that must be ready; hand-overs push and pop the server's coroutine."""
    if isinstance(op, HandOver):
        stack.append(op.channel.open())
        return op.request
    if isinstance(op, Answer):
        del stack[-1]
        return op.value
    if not op.ready(me):
        title = f"{me.name} would wait for {op.target}, and no other task runs"
        raise Violation("deadlock", "would-wait-alone", title, thing=op.target)
    return op.commit(me)
