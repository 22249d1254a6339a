"""Processes that share a verb's work: a duplex pipe each, and whatever they have to say as it comes.

A worker gets pieces of work through its pipe, and sends notes, results and errors back. A second thread of the worker
waits for the next piece. When the pipe closes, because the pool was left or its process was killed, that thread ends
the worker at once, in the middle of its work.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

from aiovgic.errors import AiovgicError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    Note = Callable[[Any], None]
    """Tells the pool something before the result is there."""

WorkT = TypeVar("WorkT")
ResultT = TypeVar("ResultT")

GONE = 1
"""The exit code of a worker whose pipe was closed."""

PATIENCE_S = 5.0
"""How long a worker whose pipe has closed may take to end, before its exit code is read."""


class WorkerLostError(AiovgicError):
    """A worker process ended in the middle of its work."""


class Answer(NamedTuple):
    """What a worker sends: about which piece of work, by number, and what."""

    number: int
    sort: Literal["note", "result", "error"]
    value: Any


@dataclass(eq=False)
class Worker(Generic[WorkT]):
    """One process, its pipe, and the pieces of work that it has."""

    process: BaseProcess
    pipe: Connection
    todo: deque[tuple[int, WorkT]] = field(default_factory=deque)


class Pool(Generic[WorkT, ResultT]):
    """Worker processes for one function, which is called with a piece of work and a `Note`.

    ``begin`` is called first in each process. ``ahead``: pieces of work that a worker is given at a time.
    """

    def __init__(
        self,
        function: Callable[[WorkT, Note], ResultT],
        jobs: int,
        *,
        begin: Callable[[], None] | None = None,
        ahead: int = 1,
    ) -> None:
        self.ahead = ahead
        self.workers: list[Worker[WorkT]] = []
        context = get_context("spawn")
        resource_tracker.ensure_running()  # it unblocks Ctrl-C when it begins: not while signals are held
        for number in range(jobs):
            mine, theirs = context.Pipe()
            process = context.Process(
                target=serve, args=(theirs, function, begin), name=f"aiovgic-worker-{number}", daemon=True
            )
            with signals_held():
                process.start()
            theirs.close()
            self.workers.append(Worker(process, mine))

    def run(
        self, work: Iterable[WorkT], heard: Callable[[int, Any], None] | None = None
    ) -> Generator[tuple[int, ResultT], None, None]:
        """Each result with the number of its piece of work, as they come; ``heard`` gets the notes.

        Work is drawn only when a worker can take it. Raises what the function raised, and WorkerLostError. When the
        iterator is left early, the workers end at once.
        """
        numbered = enumerate(work)
        try:
            self.give(numbered)
            while any(each.todo for each in self.workers):
                for pipe in wait([each.pipe for each in self.workers if each.todo]):
                    worker = next(each for each in self.workers if each.pipe is pipe)
                    answer = receive(worker)
                    match answer.sort:
                        case "note":
                            if heard is not None:
                                heard(answer.number, answer.value)
                        case "error":
                            raise answer.value
                        case "result":
                            worker.todo.popleft()
                            self.give(numbered)
                            yield answer.number, answer.value
        finally:
            self.close()

    def give(self, numbered: Iterator[tuple[int, WorkT]]) -> None:
        """Hand out work until every worker has enough, or nothing is left."""
        for worker in self.workers:
            while len(worker.todo) < self.ahead:
                piece = next(numbered, None)
                if piece is None:
                    return
                worker.todo.append(piece)
                with suppress(OSError):  # it is gone: its answer will say so
                    worker.pipe.send(piece)

    def close(self) -> None:
        """End the workers at once: a worker that still imports would see only later that its pipe is closed."""
        for worker in self.workers:
            worker.pipe.close()
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM, so that a process is started as a whole. It inherits that both are blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def receive(worker: Worker[Any]) -> Answer:
    """The next answer of a worker. Raises WorkerLostError if there is none because the worker has ended."""
    try:
        answer: Answer = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join(PATIENCE_S)
        code = worker.process.exitcode
        raise WorkerLostError(f"a worker process ended with code {code} while it had {worker.todo[0][1]}") from None
    return answer


# -- in the worker ------------------------------------------------------------------------------------


def serve(pipe: Connection, function: Callable[[Any, Note], Any], begin: Callable[[], None] | None) -> None:
    """Do one piece of work after the other, until the pipe is closed. Ctrl-C is left to the process of the pool."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    todo: SimpleQueue[tuple[int, Any]] = SimpleQueue()
    threading.Thread(target=draw, args=(pipe, todo), name="aiovgic-pipe", daemon=True).start()
    if begin is not None:
        begin()
    while True:
        number, piece = todo.get()
        try:
            result = function(piece, partial(answer, pipe, number, "note"))
        except Exception as error:  # noqa: BLE001  the pool raises it
            answer(pipe, number, "error", sendable(error))
        else:
            answer(pipe, number, "result", result)


def draw(pipe: Connection, todo: SimpleQueue[tuple[int, Any]]) -> None:
    """Take pieces of work from the pipe; when it is closed, end the process."""
    try:
        while True:
            todo.put(pipe.recv())
    except (EOFError, OSError):
        os._exit(GONE)


def answer(pipe: Connection, number: int, sort: Literal["note", "result", "error"], value: Any) -> None:
    """Send an answer; if the pipe is closed, end the process."""
    try:
        pipe.send(Answer(number, sort, value))
    except OSError:
        os._exit(GONE)


def sendable(error: Exception) -> Exception:
    """An error that can go through a pipe."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  it was made one line above
    except Exception:  # noqa: BLE001  whatever pickle says
        return WorkerLostError(f"{type(error).__name__}: {error}")
    return error
