"""Hand-over: a server task works in the context of the task that handed over.

A writer of GITS_CWRITER hands the command queue to the ITS task and takes it back when the
task answers. In between the ITS task holds the writer's locks, sections and CPU. Neither
hand-over nor answer is a point, so exactly the schedules exist that KVM can have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from aiovgic.sync.op import Op

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic.sync.op import Script
    from aiovgic.sync.runtime import Runtime

Q = TypeVar("Q")
A = TypeVar("A")


class HandOver(Op[Any]):
    """Give a request to a server task and wait for its answer."""

    __slots__ = ("channel", "request")
    kind: ClassVar[str] = "hand-over"
    point: ClassVar[bool] = False

    def __init__(self, channel: Channel[Any, Any], request: object) -> None:
        self.channel = channel
        self.request = request

    @property
    def target(self) -> str:
        return self.channel.name


class Answer(Op[Any]):
    """Give the answer back, and wait for the next request."""

    __slots__ = ("value",)
    kind: ClassVar[str] = "answer"
    point: ClassVar[bool] = False

    def __init__(self, value: object) -> None:
        self.value = value


class Raised:
    """The answer of a server that raised an exception."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class Channel(Generic[Q, A]):
    """Where requests for one server task arrive; the caller makes sure they come one at a time."""

    def __init__(self, rt: Runtime, name: str, handler: Callable[[Q], Awaitable[A]]) -> None:
        self.name = name
        self._handler = handler
        self._server: Script[Any] | None = None
        rt.serve(self)

    async def call(self, request: Q) -> A:
        """Hand ``request`` over; the answer, computed in the caller's context. Raises what the handler raises."""
        answer: A | Raised = await HandOver(self, request)
        if isinstance(answer, Raised):
            raise answer.error
        return answer

    def open(self) -> Script[Any]:
        """The server's coroutine, waiting for a request. For interpreters."""
        if self._server is None:
            self._server = self._serve()
            self._server.send(None)
        return self._server

    def close(self) -> None:
        """End the server task."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self) -> None:
        answer: Any = None
        while True:
            request: Q = await Answer(answer)
            try:
                answer = await self._handler(request)
            except Exception as error:  # noqa: BLE001  it is raised again, where the request was made
                answer = Raised(error)
