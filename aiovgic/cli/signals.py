"""SIGTERM ends a verb as Ctrl-C does: what was found is kept and told."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

BY_SIGNAL = 128
"""A process that a signal ended has this and the signal's number as its exit code."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


class Received:
    """The signal that ended the present verb."""

    number: int = signal.SIGINT


def listen() -> None:
    """Raise Terminated where SIGTERM comes. For a process of our own: its main thread calls this first."""
    signal.signal(signal.SIGTERM, terminated)


def terminated(number: int, _frame: FrameType | None) -> None:
    """SIGTERM has come."""
    Received.number = number
    raise Terminated


def interrupted() -> int:
    """The exit code of a verb that a signal ended before it found anything: 130 for Ctrl-C, 143 for SIGTERM."""
    return BY_SIGNAL + Received.number
