"""A server task, live: the ITS task that owns a command queue."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anyio

from aiovgic.sync import Answer

if TYPE_CHECKING:
    from aiovgic.engine.live_runtime import LiveRuntime
    from aiovgic.sync import Channel, Context


class Server:
    """Takes one request at a time, and serves it in the context of the task that made it.

    A hand-over cannot be cancelled: the writer waits until the server has answered.
    """

    def __init__(self, channel: Channel[Any, Any]) -> None:
        self.channel = channel
        self._doorbell: asyncio.Future[tuple[Any, Context, asyncio.Future[Any]]] | None = None

    async def call(self, request: Any, context: Context) -> Any:
        """Hand a request over, and wait for the answer."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        with anyio.CancelScope(shield=True):
            while self._doorbell is None or self._doorbell.done():
                await anyio.lowlevel.checkpoint()  # the server is not back at its doorbell yet
            self._doorbell.set_result((request, context, answer))
            return await answer

    async def run(self, rt: LiveRuntime) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._doorbell = loop.create_future()
                request, context, answer = await self._doorbell
                with anyio.CancelScope(shield=True):
                    await self.serve(rt, request, context, answer)
        finally:
            self.channel.close()

    async def serve(self, rt: LiveRuntime, request: Any, context: Context, answer: asyncio.Future[Any]) -> None:
        """Serve one request; an exception is raised in the task that made it."""
        try:
            result = await rt.drive(self.channel.open(), context, request)
        except Exception as error:  # noqa: BLE001  it is raised again, where the request was made
            answer.set_exception(error)
            return
        assert isinstance(result, Answer), f"{self.channel.name} ended while it served"
        answer.set_result(result.value)
