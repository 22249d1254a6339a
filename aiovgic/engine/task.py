"""A task of an execution: a context, its coroutines, and the operation it will do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.sync import Answer, Context, HandOver, Op, next_op

if TYPE_CHECKING:
    from aiovgic.sync import HostCpu, Script


class Task:
    """One task. While it has handed over, the server's coroutine is on top of its own."""

    __slots__ = ("context", "done", "isr", "name", "number", "op", "stack", "started")

    def __init__(self, number: int, name: str, script: Script[None], cpu: HostCpu, *, isr: bool) -> None:
        self.number = number
        self.name = name
        self.isr = isr
        self.context = Context(name, cpu, isr=isr)
        self.stack: list[Script[Any]] = [script]
        self.op: Op[Any] | None = None
        self.done = False
        self.started = False

    def advance(self, value: Any) -> None:
        """Run to the next point with the value of the operation just done; hand-overs are no points."""
        stack = self.stack
        while True:
            try:
                op = next_op(stack[-1], value)
            except StopIteration:
                self.op = None
                self.done = True
                return
            if op.point:
                self.op = op
                return
            if isinstance(op, HandOver):
                stack.append(op.channel.open())
                value = op.request
            else:
                assert isinstance(op, Answer), op
                del stack[-1]
                value = op.value

    def can_run(self) -> bool:
        """Whether its next operation can be done now, and its CPU is its own."""
        op, context = self.op, self.context
        if op is None or (op.waits and not op.ready(context)):
            return False
        return not self.barred()

    def barred(self) -> bool:
        """Whether its CPU is not its own: a handler runs there, or it is a handler itself and interrupts are off."""
        cpu = self.context.cpu
        if cpu.stack and cpu.stack[-1] is not self.context:
            return True
        return self.isr and not self.started and cpu.irqs_off > 0

    def __repr__(self) -> str:
        return self.name
