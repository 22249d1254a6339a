"""Guests: a guest runs until it traps, and then gets the outcome of the trap.

A list of steps now, machine code later. The vCPU does not know which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from aiovgic.sync import Op


@dataclass(frozen=True, slots=True)
class Mmio:
    """A load or store; ``value`` is what a store writes."""

    addr: int
    size: int
    is_write: bool
    value: int = 0


@dataclass(frozen=True, slots=True)
class Sysreg:
    """A read or write of a system register, by its name."""

    name: str
    is_write: bool
    value: int = 0


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a range to memory (``data``), or from it (``length``), as a driver's memcpy does it."""

    addr: int
    data: bytes = b""
    length: int = 0


@dataclass(frozen=True, slots=True)
class Touch:
    """An operation on a word that the guest shares with other tasks of its test; no hardware plays a part in it."""

    op: Op[Any]


@dataclass(frozen=True, slots=True)
class Wfi:
    """Wait for an interrupt."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The guest is done for now: back to userspace."""


Exit = Mmio | Sysreg | Wfi | Stop
"""What can bring a vCPU out of the guest."""

Trap = Exit | Copy | Touch
"""What a guest does next."""


class Guest(Protocol):
    """A guest on one vCPU."""

    def resume(self, *, virq: bool, vfiq: bool) -> Trap:
        """Run to the next thing that is not plain computation; the lines are the vCPU's inputs."""

    def complete(self, value: int) -> None:
        """The outcome of the latest trap: what was read, or 0."""

    def copied(self, data: bytes | None) -> None:
        """The outcome of a copy: what was read from memory, None for a copy to memory."""

    def touched(self, value: Any) -> None:
        """The outcome of an operation on a shared word."""

    def fault(self, esr: int, far: int | None = None) -> None:
        """The latest trap took an exception instead."""
