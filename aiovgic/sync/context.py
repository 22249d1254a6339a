"""Contexts, and the host CPUs that they run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiovgic.sync.lock import Lock
    from aiovgic.sync.srcu import Section


class HostCpu:
    """One CPU of the host: whether its interrupts are off, and the handlers that run on it."""

    __slots__ = ("irqs_off", "number", "stack")

    def __init__(self, number: int) -> None:
        self.number = number
        self.irqs_off = 0
        self.stack: list[Context] = []

    def __repr__(self) -> str:
        return f"cpu{self.number}"


class Context:
    """A thread of control: it holds locks and read sections, and runs on a CPU.

    The ITS task acts in the context of the CWRITER writer that handed over to it.
    """

    __slots__ = ("cpu", "held", "irqs_off", "isr", "name", "sections")

    def __init__(self, name: str, cpu: HostCpu, *, isr: bool = False) -> None:
        self.name = name
        self.cpu = cpu
        self.isr = isr
        self.held: list[Lock] = []
        self.sections: list[Section] = []
        self.irqs_off = 0
        """How often this context has turned its CPU's interrupts off."""

    def irqs_disable(self) -> None:
        """Turn this CPU's interrupts off, nested (local_irq_disable)."""
        self.irqs_off += 1
        self.cpu.irqs_off += 1

    def irqs_enable(self) -> None:
        """Undo one irqs_disable (local_irq_enable)."""
        assert self.cpu.irqs_off > 0, f"{self.name} turns interrupts on that are on"
        self.irqs_off -= 1
        self.cpu.irqs_off -= 1

    def __repr__(self) -> str:
        return self.name
