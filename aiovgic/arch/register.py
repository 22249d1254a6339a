"""Rows of a register frame: where a register is, what it is called, how it may be accessed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from aiovgic.arch.words import Word


class Width(Flag):
    """The widths a register may be accessed with, and whether a guest's write is dropped."""

    W8 = auto()
    W32 = auto()
    W64 = auto()
    RO = auto()


W8 = Width.W8
W32 = Width.W32
W64 = Width.W64
RO = Width.RO
W8_32 = W8 | W32
W32_64 = W32 | W64

BANK_INTIDS = 1024
"""How many interrupts a bank of the distributor has room for, whether they exist or not."""


@dataclass(frozen=True, slots=True)
class Reg:
    """A register, or ``count`` of them one after the other."""

    offset: int
    name: str
    word: type[Word]
    access: Width
    count: int = 1
    reset: int = 0

    @property
    def stride(self) -> int:
        """Bytes of one register."""
        return 8 if W64 in self.access else 4

    @property
    def size(self) -> int:
        """Bytes of the whole row."""
        return self.stride * self.count


@dataclass(frozen=True, slots=True)
class Bank:
    """Registers with a field of ``bits_per_irq`` for each interrupt, from INTID 0 on."""

    offset: int
    name: str
    bits_per_irq: int
    access: Width
    intids: int = BANK_INTIDS

    @property
    def size(self) -> int:
        """Bytes of the whole row."""
        return self.bits_per_irq * self.intids // 8


Row: TypeAlias = Reg | Bank
