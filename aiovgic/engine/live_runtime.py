"""The runtime of a live run: it drives coroutines, and parks them where they must wait."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from anyio.lowlevel import cancel_shielded_checkpoint

from aiovgic.engine import deadlock
from aiovgic.engine.live_cpu import CpuGate
from aiovgic.engine.live_log import log
from aiovgic.engine.live_server import Server
from aiovgic.record.finding import Finding, Violation
from aiovgic.sync import Answer, Context, HandOver, HostCpu, Runtime, next_op

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from aiovgic.sync import Change, Channel, Op, Script, Thing

T = TypeVar("T")

YIELD_EVERY = 1000
"""Operations after which a task lets others run, whatever it does."""


class Abandoned(Exception):  # noqa: N818  it is the end of a run, no error
    """Raised in a task that would wait forever: the run has ended."""


class LiveRuntime(Runtime):
    """Tasks run until they must wait; a wake-up makes the waiting ones look again."""

    def __init__(self, servers: TaskGroup, *, chaos: float = 0.0, seed: int = 0, step_limit: int | None = None) -> None:
        super().__init__()
        self.group = servers
        self.step_limit = step_limit
        self.chaos = chaos
        self.random = Random(seed)  # noqa: S311  a search, not a secret
        self.racing = False
        self.steps = 0
        self.choices = 0
        self.stuck: Finding | None = None
        """The deadlock, where tasks wait for ever."""
        self._servers = servers
        self._served: dict[Channel[Any, Any], Server] = {}
        self._running = 0
        self._quiescent = anyio.Event()
        self._parked: dict[Context, Op[Any]] = {}
        self._killed: dict[Context, bool] = {}
        self.gate = CpuGate()

    # -- what the primitives call -----------------------------------------------------------

    def changed(self, thing: Thing, how: Change) -> None:
        """Wake the tasks that wait for this object: each checks its operation again."""
        if thing.waiters:
            waiters, thing.waiters = thing.waiters, []
            for future in waiters:
                if not future.done():
                    self._running += 1
                    future.set_result(None)

    def pick(self, alternatives: int, what: str) -> int:
        """A random outcome drawn by the seed; without chaos, and outside the race, the default one."""
        self.choices += 1
        return self.random.randrange(alternatives) if self.racing and self.chaos else 0

    def spawn(self, script: Script[None], context: Context) -> None:
        """A task of the model's own."""
        self.started()
        self.group.start_soon(self._spawned, script, context, name=context.name)

    def serve(self, channel: Channel[Any, Any]) -> None:
        """Start the server task of a channel: it serves each task that hands over to it."""
        server = self._served[channel] = Server(channel)
        self._servers.start_soon(server.run, self, name=channel.name)

    def signalled(self) -> bool:
        """Whether the running task is cancelled."""
        return self.current in self._killed or anyio.current_effective_deadline() == float("-inf")

    # -- running tasks ----------------------------------------------------------------------

    def started(self) -> None:
        """Count one more running task."""
        self._running += 1

    def left(self) -> None:
        """Count one running task less; with none left the run has reached quiescence."""
        self._running += self.gate.let_go() - 1
        if not self._running:
            self._quiescent.set()

    async def wait_quiescent(self) -> None:
        """Wait until no task runs: each has ended, waits for another one, or is idle."""
        if self._running:
            await self._quiescent.wait()

    def look_for_stuck(self) -> None:
        """Set `stuck` to the finding of a deadlock if contexts are blocked and not idle."""
        left = deadlock.stuck(self._parked)
        if left:
            left.sort(key=lambda context: context.name)
            saw = tuple(deadlock.sentence(context, self._parked[context]) for context in left)
            self.stuck = Finding(kind="deadlock", rule=deadlock.rule(self._parked), title=deadlock.title(left), saw=saw)

    def give_up(self) -> None:
        """End the run: idle tasks are killed, tasks that wait for ever are abandoned."""
        self.dead = self.stuck is not None
        for op in list(self._parked.values()):
            if op.thing is not None and not op.killable:
                for future in op.thing.waiters:
                    if not future.done():
                        future.set_exception(Abandoned())
        self._quiescent.set()

    def end_race(self) -> None:
        """Replace the current context before the final checks: no task is running, and none was cancelled."""
        self.racing = False
        self.current = Context("judge", HostCpu(0))

    # -- driving ----------------------------------------------------------------------------

    async def _spawned(self, script: Script[None], context: Context) -> None:
        try:
            await self.drive(script, context)
        finally:
            self.left()

    async def drive(self, script: Script[T], context: Context, value: Any = None) -> T | Answer:
        """Drive a coroutine to its end and give its value, or, of a server's, to its next answer.

        Raises Abandoned at the end of a run that cannot go on.
        """
        try:
            while True:
                self.current = context
                op: Op[Any] = next_op(script, value)
                if isinstance(op, HandOver):
                    value = await self._served[op.channel].call(op.request, context)
                elif isinstance(op, Answer):
                    return op
                else:
                    value = await self.perform(op, context)
        except StopIteration as stop:
            result: T = stop.value
            return result

    async def perform(self, op: Op[T], context: Context) -> T:
        """Do one operation as soon as it is ready; a killed task gives up where it may."""
        self.steps += 1
        if self.steps % YIELD_EVERY == 0 or (self.chaos and self.random.random() < self.chaos):
            await cancel_shielded_checkpoint()
        if self.step_limit is not None and self.steps > self.step_limit:
            raise Violation("livelock", "step-limit", f"no end after {self.step_limit} steps")
        while True:
            if not self.gate.may_run(context):
                await self.wait_for_cpu(op, context)
            if not op.waits or op.ready(context):
                break
            if op.killable and context in self._killed:
                self.current = context
                return op.killed(context)
            await self.park(op, context)
        self.gate.begin(context)
        self.current = context
        return op.commit(context)

    async def wait_for_cpu(self, op: Op[Any], context: Context) -> None:
        """Wait until an interrupt handler has ended, or may begin."""
        future = self.gate.place(context)
        self._parked[context] = op
        self.left()
        try:
            with anyio.CancelScope(shield=True):
                await future
        finally:
            del self._parked[context]

    async def park(self, op: Op[Any], context: Context) -> None:
        """Wait until what an operation touches has changed, or the task is killed.

        Where KVM cannot be killed, nor can this wait.
        """
        thing = op.thing
        assert thing is not None, op
        future = asyncio.get_running_loop().create_future()
        thing.waiters.append(future)
        self._parked[context] = op
        self.left()
        try:
            with anyio.CancelScope(shield=not op.killable):
                await future
        except asyncio.CancelledError:
            self._killed[context] = True
            if future.cancelled():
                self.started()
            log.debug("killed", task=context.name, waiting_for=op.target)
        finally:
            del self._parked[context]
            if future in thing.waiters:
                thing.waiters.remove(future)
