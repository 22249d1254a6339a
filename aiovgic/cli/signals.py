"""SIGTERM ends a verb as Ctrl-C does: what was found is kept and told."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

BY_SIGNAL = 128
"""A process that a signal ended has this and the signal's number as its exit code."""

ENDING = (signal.SIGINT, signal.SIGTERM)
"""The signals that end a verb."""


class Received:
    """The signal that ended the present verb, and what the next one does."""

    number: int = signal.SIGINT
    has_result: bool = False
    """Whether the verb has its result, so that one more signal does not keep it from printing it."""


def listen() -> None:
    """Raise KeyboardInterrupt where Ctrl-C or SIGTERM comes. The main thread of a process of our own calls this."""
    for number in ENDING:
        signal.signal(number, came)


def came(number: int, _frame: FrameType | None) -> None:
    """End the verb. A verb that has its result prints it first: then the first signal does nothing."""
    if Received.has_result:
        Received.has_result = False
        return
    Received.number = number
    raise KeyboardInterrupt


def result_is_there() -> None:
    """The verb has its result, and only prints it."""
    Received.has_result = True


def ignore() -> None:
    """The process is about to end with its exit code: no signal changes that any more."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def interrupted() -> int:
    """The exit code of a verb that a signal ended before it found anything: 130 for Ctrl-C, 143 for SIGTERM."""
    return BY_SIGNAL + Received.number
