"""The host's CPUs, live: an interrupt handler excludes what it interrupted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiovgic.sync import Context


class CpuGate:
    """Decides which contexts may run on each CPU; the other contexts wait here."""

    def __init__(self) -> None:
        self._begun: dict[Context, bool] = {}
        self._waiting: dict[Context, asyncio.Future[None]] = {}

    def may_run(self, context: Context) -> bool:
        """Whether this context's CPU is its own; an interrupt handler begins where interrupts are on."""
        cpu = context.cpu
        if cpu.stack and cpu.stack[-1] is not context:
            return False
        return not context.isr or context in self._begun or cpu.irqs_off == 0

    def begin(self, context: Context) -> None:
        """An interrupt handler begins: the context that it interrupts cannot run until it ends."""
        if context.isr and context not in self._begun:
            self._begun[context] = True
            context.cpu.stack.append(context)

    def end(self, context: Context) -> None:
        """A task has ended."""
        if context in context.cpu.stack:
            context.cpu.stack.remove(context)

    def place(self, context: Context) -> asyncio.Future[None]:
        """A place to wait at until the context may run."""
        future = self._waiting[context] = asyncio.get_running_loop().create_future()
        return future

    def let_go(self) -> int:
        """Wake the waiting contexts that may run now. Returns their number."""
        ready = [context for context in self._waiting if self.may_run(context)]
        for context in ready:
            self._waiting.pop(context).set_result(None)
        return len(ready)
