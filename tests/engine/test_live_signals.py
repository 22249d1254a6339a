"""Signals while an event loop runs: the first cancels the main task, and its handler is called afterwards."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import anyio.lowlevel
import pytest

from aiovgic.engine.live import run_live

if TYPE_CHECKING:
    from types import FrameType


@pytest.fixture(autouse=True)
def _handlers() -> object:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield None
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_cancels_the_tasks_of_a_loop_and_raises_what_its_handler_raises() -> None:
    signal.signal(signal.SIGTERM, raises)
    ended: list[str] = []

    async def sleeps(name: str) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(name)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(sleeps, "a")
            group.start_soon(sleeps, "b")
            await anyio.lowlevel.checkpoint()
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt, match=r"^15$"):
        run_live(main)
    assert sorted(ended) == ["a", "b"]
    assert signal.getsignal(signal.SIGTERM) is raises


def test_a_second_signal_ends_a_loop_that_does_not_come_to_an_end() -> None:
    signal.signal(signal.SIGINT, raises)

    async def main() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("the second signal raises here")

    with pytest.raises(KeyboardInterrupt, match=r"^2$"):
        run_live(main)


def raises(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(str(number))
