"""Signals while an event loop runs: the first one cancels the loop's main task, and its handler is called afterwards.

An exception that a handler raises in the middle of a task group would come out as a group of exceptions, or leave the
loop waiting for ever.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import FrameType

    Handler = Callable[[int, FrameType | None], Any]

ENDING = (signal.SIGINT, signal.SIGTERM)
"""The signals that may end a loop; each only if it has a handler in Python."""


class Held:
    """The handlers of signals, and the signal that came while the loop ran."""

    def __init__(self) -> None:
        self.handlers: dict[int, Handler] = {}
        self.number: int | None = None
        self.cancel: Callable[[], object] | None = None
        """Cancels the main task, while there is one."""

    async def run(self, main: Callable[[], Awaitable[Any]]) -> Any:
        """Await ``main`` as the task that a signal cancels."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self.cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            return await main()
        finally:
            self.cancel = None

    def came(self, number: int, frame: FrameType | None) -> None:
        """Cancel the main task; without one, and at a second signal, call the signal's own handler at once."""
        if self.number is None and self.cancel is not None:
            self.number = number
            self.cancel()
        else:
            self.handlers[number](number, frame)


@contextmanager
def signals_held() -> Iterator[Held]:
    """Hold signals while a loop runs. At the end the handler of a signal that came is called: it may raise."""
    held = Held()
    if threading.current_thread() is threading.main_thread():
        known = {number: signal.getsignal(number) for number in ENDING}
        held.handlers = {number: handler for number, handler in known.items() if callable(handler)}
    for number in held.handlers:
        signal.signal(number, held.came)
    try:
        yield held
    finally:
        for number, handler in held.handlers.items():
            signal.signal(number, handler)
        if held.number is not None:
            held.handlers[held.number](held.number, None)
