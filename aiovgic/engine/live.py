"""The live engine: every task of a program is an anyio task, on uvloop where there is one.

It drives the same coroutines as the trampoline. An operation that is ready is done in place; only
one that is not waits for a future. A program ends when all its tasks have ended, or when those
left sleep idle; tasks that wait for one another for ever are a deadlock, found as it happens.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import anyio

from aiovgic.engine.live_log import log
from aiovgic.engine.live_runtime import Abandoned, LiveRuntime
from aiovgic.engine.live_signals import signals_held
from aiovgic.engine.outcome import BEFORE, Outcome, fault_in, fault_of
from aiovgic.engine.places import NOWHERE, raised_at
from aiovgic.errors import AiovgicError
from aiovgic.record.finding import Finding, Place, Violation
from aiovgic.record.schedule import Schedule
from aiovgic.sync import Context, HostCpu

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiovgic.engine.program import Program, Session, TaskSpec
    from aiovgic.sync import Script


def run_live(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run ``main`` in a loop of its own: uvloop's where it is installed, else asyncio's.

    An error of ours that a task group has wrapped is raised as it is. A signal cancels ``main`` first, and what the
    signal's handler raises is raised then.
    """
    uvloop = importlib.util.find_spec("uvloop") is not None
    try:
        with signals_held() as held:
            return anyio.run(held.run, main, backend="asyncio", backend_options={"use_uvloop": uvloop})
    except BaseExceptionGroup as group:
        ours = leaf(group)
        if ours is None:
            raise
        raise ours from None


def leaf(group: BaseExceptionGroup[BaseException]) -> AiovgicError | None:
    """The only error in a group, if it is one of ours."""
    [first, *others] = group.exceptions
    if others:
        return None
    if isinstance(first, BaseExceptionGroup):
        return leaf(first)
    return first if isinstance(first, AiovgicError) else None


class LiveExecution:
    """One run of a program, live. ``chaos``: how likely a task lets others run at a point, 0 to 1.

    ``step_limit``: steps after which it makes no progress; without one it may take as many as it likes.
    """

    def __init__(self, program: Program, *, chaos: float = 0.0, seed: int = 0, step_limit: int | None = None) -> None:
        self.program = program
        self.chaos = chaos
        self.seed = seed
        self.step_limit = step_limit
        self.broken: Finding | None = None
        self.cpus: dict[int, HostCpu] = {}
        self.scripts: list[Script[None]] = []
        """The coroutines of all tasks, kept to the end: an abandoned one must leave no section earlier."""

    async def run(self) -> Outcome:
        """Run it to its end. Cancelled, it ends as soon as KVM could be killed."""
        async with anyio.create_task_group() as servers:
            rt = LiveRuntime(servers, chaos=self.chaos, seed=self.seed, step_limit=self.step_limit)
            try:
                session = self.program(rt)
                await self.race(rt, session)
                rt.end_race()
                self.judge(rt, session)
            finally:
                rt.dead = True
                for script in self.scripts:
                    script.close()
                servers.cancel_scope.cancel()
        if self.broken is not None:
            return Outcome(Schedule(), rt.steps, rt.choices, self.broken)
        return Outcome(Schedule(), rt.steps, rt.choices, None, session.outcome(), session.reached)

    async def race(self, rt: LiveRuntime, session: Session) -> None:
        """Run all tasks concurrently until no task can run."""
        try:
            specs = session.tasks
        except Violation as error:
            self.broken = error.finding
            return
        except AiovgicError:
            raise
        except Exception as error:  # noqa: BLE001  a user's code may raise anything
            self.broken = fault_in(error, BEFORE)
            return
        rt.racing = True
        async with anyio.create_task_group() as actors:
            rt.group = actors
            for spec in specs:
                rt.started()
                actors.start_soon(self.act, rt, spec, name=spec.name)
            await rt.wait_quiescent()
            rt.look_for_stuck()
            if self.broken is None and rt.stuck is None:
                self.violated(session.quiet())
            actors.cancel_scope.cancel()
            rt.give_up()

    async def act(self, rt: LiveRuntime, spec: TaskSpec) -> None:
        """One task, from its start to its end."""
        cpu = self.cpus.setdefault(spec.cpu, HostCpu(spec.cpu))
        context = Context(spec.name, cpu, isr=spec.isr)
        log.debug("task started", task=spec.name)
        try:
            script = spec.script()
            self.scripts.append(script)
            await rt.drive(script, context)
        except Abandoned:
            log.debug("task abandoned", task=spec.name)
        except (Violation, AssertionError) as error:
            self.stop(rt, spec.name, error)
        except AiovgicError:
            raise
        except (Exception, SystemExit, GeneratorExit) as error:  # noqa: BLE001  whatever else the model raises is its bug
            self.stop(rt, spec.name, error)
        finally:
            rt.gate.end(context)
            rt.left()
        log.debug("task ended", task=spec.name)

    def stop(self, rt: LiveRuntime, name: str, error: BaseException) -> None:
        """End the run with this finding: no task goes on."""
        where = raised_at(error.__traceback__) or NOWHERE
        place = Place(task=name, function=where.function, file=where.file, line=where.line)
        found = error.finding if isinstance(error, Violation) else fault_of(error)
        broken = found.at(place)
        self.broken = self.broken or broken
        log.error("broken", task=name, what=broken.title)
        rt.give_up()

    def judge(self, rt: LiveRuntime, session: Session) -> None:
        """What the end shows: a deadlock, or an outcome that should not be."""
        if self.broken is not None:
            return
        self.broken = rt.stuck
        if self.broken is not None:
            return
        self.violated(session.judge())

    def violated(self, violations: Sequence[Violation]) -> None:
        """The first thing that is broken counts."""
        for violation in violations:
            self.broken = violation.finding
            return
