"""One execution: at each step the strategy picks a task whose next operation is ready, and the engine does it.

The engine sends values into the tasks' coroutines and gets their next operations. The strategy sees only
tasks that can run. An execution ends when all tasks have ended or idle, when no task can run, or
when a rule is broken.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from aiovgic.engine.beginnings import start_tasks
from aiovgic.engine.collecting import uncollected, unwarned
from aiovgic.engine.ending import quiesce
from aiovgic.engine.fair import Turns
from aiovgic.engine.outcome import BEFORE, Outcome, fault_in, fault_of
from aiovgic.engine.places import innermost, place_of, raised_at
from aiovgic.engine.task import Task
from aiovgic.errors import AiovgicError, DivergedError
from aiovgic.record.finding import Finding, Violation
from aiovgic.record.schedule import Schedule
from aiovgic.sync import HostCpu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.program import Session, TaskSpec
    from aiovgic.engine.recorder import Recorder
    from aiovgic.engine.stage import Stage
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.watch import Watch
    from aiovgic.sync import Context, Declared, Op, Script

STEP_LIMIT = 10_000
"""Steps of one explored execution after which the tasks take turns."""


class Execution:
    """One run of a program under a strategy."""

    def __init__(
        self,
        stage: Stage,
        strategy: Strategy,
        *,
        recorder: Recorder | None = None,
        watches: Sequence[Watch] = (),
        step_limit: int = STEP_LIMIT,
    ) -> None:
        self.strategy = strategy
        self.recorder = recorder
        self.detectors = tuple(watches)
        self.watches = (*watches, *strategy.watches)
        self.step_limit = step_limit
        self.tasks: list[Task] = []
        self.cpus: dict[int, HostCpu] = {}
        self.last: Task | None = None
        self.alive = 0
        """How many tasks have not ended."""
        self.handlers = False
        """Whether there are interrupt handlers: a task's CPU need not be its own."""
        self.lone = False
        """Whether the only task there is runs on without points (Runtime.alone)."""
        self.steps = 0
        self.choices = 0
        self.switched: list[tuple[int, str]] = []
        self.chosen: list[tuple[int, int]] = []
        self.broken: Finding | None = None
        self.turns: Turns | None = None
        """Picks the task that runs, beyond the step limit; None before it."""
        self.races: dict[tuple[object, ...], Finding] = {}
        """What was found on the way, and ends nothing, by identity."""
        self.pruned = False
        """Whether it was given up, because what it could still do was tried before."""
        self.stage = stage
        self.rt, self.session = stage.set()
        self.rt.attach(self, stage.ears(self.watches))

    def run(self) -> Outcome:
        """Run it to its end. Raises DivergedError if a replay cannot be followed."""
        with uncollected():
            try:
                self.race()
                return self.outcome(self.session)
            finally:
                self.abandon()

    # -- tasks ------------------------------------------------------------------------------

    def start(
        self, name: str, script: Script[None], cpu: HostCpu, *, isr: bool = False, parent: Task | None = None
    ) -> None:
        """Create a task and run it to its first point."""
        task = Task(len(self.tasks), name, script, cpu, isr=isr)
        self.tasks.append(task)
        self.alive += 1
        self.handlers |= isr
        for watch in self.watches:
            watch.started(task, parent)
        if self.recorder is not None:
            self.recorder.runs(self.steps, name)
        self.rt.current = task.context
        self.advance(task, None)

    def spawn(self, script: Script[None], context: Context) -> None:
        """The model starts a task of its own."""
        running = self.rt.current
        self.not_alone()
        parent = next(task for task in self.tasks if task.context is running)
        self.start(context.name, script, context.cpu, isr=context.isr, parent=parent)
        self.rt.current = running

    def cpu(self, number: int) -> HostCpu:
        """The CPU with this number."""
        return self.cpus.setdefault(number, HostCpu(number))

    def advance(self, task: Task, value: Any) -> None:
        """Run the current task to its next point; an exception that it raises ends the execution as a finding."""
        try:
            task.advance(value)
        except Exception as error:  # noqa: BLE001  whatever the model or a user's code raises is a finding
            self.stop(task, error)
        if task.done:
            self.ended(task)

    def ended(self, task: Task) -> None:
        """A task has ended; if it was an interrupt handler, what it interrupted goes on."""
        self.alive -= 1
        if task.isr and task.started:
            task.context.cpu.stack.remove(task.context)
            for watch in self.watches:
                watch.returns(task)

    def stop(self, task: Task, error: Exception, op: Op[Any] | None = None) -> None:
        """The execution is broken: say by what, and where; ``op`` is the operation that broke it, if one did.

        Raises what is nothing the model did.
        """
        if isinstance(error, AiovgicError) and not isinstance(error, Violation):
            raise error  # the caller made a mistake, or the replay diverged
        where = raised_at(error.__traceback__, task) or innermost(task)
        if isinstance(error, Violation):
            access, what = error.finding.rule, error.thing
            if op is not None and op.kind != "racy-read":  # such a read has no target of its own
                access, what = op.kind, op.target
            place = place_of(task, where, access, what, error)
            freed = self.rt.frees.get(error.finding.freed)
            places = (place,) if freed is None else (place, freed)
            self.report(error.finding.at(*places))
        else:
            self.report(fault_of(error).at(place_of(task, where, error=error)))

    # -- the race ---------------------------------------------------------------------------

    def race(self) -> None:
        """Do one operation after the other until it ends."""
        self.strategy.begin()
        start_tasks(self)
        if self.broken is None:
            self.follow(self.strategy.replay_prefix())
            self.go_on()

    def specs(self, session: Session) -> Sequence[TaskSpec]:
        """The tasks of the race. What a test does before its race may break the execution: then there are none."""
        try:
            return session.tasks
        except Violation as error:
            self.report(error.finding)
        except AiovgicError:
            raise  # the caller asked wrongly
        except Exception as error:  # noqa: BLE001  a user's code may raise anything
            self.report(fault_in(error, BEFORE))
        return ()

    def go_on(self) -> None:
        """Do the operation of the picked task, step by step, until no task can run or a rule is broken."""
        strategy = self.strategy
        asked = strategy.always_asked
        while self.broken is None:
            enabled = self.enabled()
            if not enabled:
                quiesce(self)
                return
            task = plain = self.plain(enabled)
            if len(enabled) == 1:
                if self.may_run_lone(plain):
                    self.run_lone(plain)
                    continue
                self.announce_alone(plain)
            if self.steps >= self.step_limit:
                task = self.in_turn(enabled)
            elif asked or len(enabled) > 1:
                picked = strategy.pick(enabled, plain, self.steps)
                if picked is None:
                    self.pruned = True
                    return
                if picked is not plain:
                    self.deviates(picked, plain)
                task = picked
            self.step(task)

    def enabled(self) -> list[Task]:
        """The tasks that can run, in order of creation."""
        ready = [
            task for task in self.tasks if (op := task.op) is not None and (not op.waits or op.ready(task.context))
        ]
        return [task for task in ready if not task.barred()] if self.handlers else ready

    def follow(self, known: Sequence[int]) -> None:
        """Take the steps of the replay prefix: the number of a task for each. Raises DivergedError if one cannot run.

        The strategy has heard of all but the last before.
        """
        if known:
            self.rt.listen(self.stage.ears(self.detectors))
        for at, number in enumerate(known, 1):
            if self.broken is not None:
                return
            task = self.tasks[number] if number < len(self.tasks) else None
            if task is None or not task.can_run():
                raise DivergedError(f"at step {self.steps} task {number} was known to run, and cannot")
            if task is not self.last or (task.op is not None and task.op.yields):
                self.follow_switch(task)
            if at == len(known):
                self.rt.listen(self.stage.ears(self.watches))
            self.step(task)

    def follow_switch(self, task: Task) -> None:
        """The replay prefix switches to another task; that need not be a deviation from the default order."""
        plain = self.plain(self.enabled())
        if task is not plain:
            self.deviates(task, plain)

    def announce_alone(self, task: Task) -> None:
        """Tell the watches that no other task could run now."""
        assert task.op is not None
        self.rt.current = task.context
        for hear in self.rt.ears.alone:
            hear(task, task.op)

    def may_run_lone(self, task: Task) -> bool:
        """Whether a task is the only one left, and neither the strategy nor a recorder needs its steps."""
        if self.alive > 1 or self.watches or self.recorder is not None or self.strategy.always_asked or task.isr:
            return False
        return self.steps < self.step_limit

    def run_lone(self, task: Task) -> None:
        """Run the only task there is, as far as it goes alone: there is nothing to decide."""
        rt = self.rt
        rt.current = task.context
        self.last = task
        self.lone = True
        rt.alone = self.step_limit - self.steps
        while rt.alone and task.can_run() and self.broken is None:
            rt.alone -= 1
            self.step(task)
        self.not_alone()

    def not_alone(self) -> None:
        """From now on every operation is a point again."""
        if self.lone:
            self.lone = False
            self.steps = self.step_limit - self.rt.alone
            self.rt.alone = 0

    def plain(self, enabled: list[Task]) -> Task:
        """The task that the default order runs."""
        last = self.last
        if last is None or last not in enabled:
            return enabled[0]
        if last.op is not None and last.op.yields:
            return next((task for task in enabled if task.number > last.number), enabled[0])
        return last

    def deviates(self, task: Task, plain: Task) -> None:
        """Remember a deviation: another task runs than the default order would run."""
        self.switched.append((self.steps, task.name))
        if self.recorder is not None:
            self.recorder.switched(self.steps, task, plain)

    def in_turn(self, enabled: list[Task]) -> Task:
        """The task that runs at a step beyond the limit: tasks take turns until it is a livelock."""
        if self.turns is None:
            self.turns = Turns()
        task = self.turns.pick(enabled, (self.rt.progress, sum(task.done for task in self.tasks)))
        if task is None:
            self.report(self.turns.livelock())
        return task or enabled[0]

    def step(self, task: Task) -> None:
        """Commit a task's operation and run it to its next point; what is raised is what the execution broke."""
        op = doing = task.op
        assert op is not None
        rt, recorder = self.rt, self.recorder
        rt.current = task.context
        if recorder is not None:
            recorder.at(self.steps, task, op)
        if task.isr:
            self.begin_isr(task)
        self.last = task
        self.steps += 1
        before, after = rt.ears.ops[type(op)]
        try:
            for hear in before:
                hear(task, op)
            value = op.commit(task.context)
            for learn in after:
                learn(task, op, value)
            if recorder is not None:
                recorder.gave(op, value)
            doing = None
            task.advance(value)
        except Exception as error:  # noqa: BLE001  whatever the model or a user's code raises is a finding
            self.stop(task, error, doing)
        if task.done:
            self.ended(task)

    def report(self, broken: Finding) -> None:
        """Note a finding. The first one that ends an execution ends it; a data race does not."""
        if broken.freed:
            ends = (self.rt.births.get(broken.freed), self.rt.frees.get(broken.freed))
            broken = broken.after(*(each for each in ends if each is not None and each not in broken.places))
        if not broken.ends:
            self.races.setdefault(broken.identity, broken)
        elif self.broken is None:
            self.broken = broken

    def promote(self, field: Declared) -> None:
        """A guarded field has raced: tell the watches that compare footprints to include it."""
        for watch in self.watches:
            watch.promoted(field)

    def begin_isr(self, task: Task) -> None:
        """Do an interrupt handler's first step: the context that it interrupts cannot run until it ends."""
        if not task.started:
            task.context.cpu.stack.append(task.context)
            task.started = True
            for watch in self.watches:
                watch.interrupts(task)

    def choose(self, alternatives: int, what: str) -> int:
        """The outcome of a choice; every outcome but the default one is remembered."""
        taken = self.strategy.choose(alternatives, what, self.choices)
        if taken:
            self.chosen.append((self.choices, taken))
        self.choices += 1
        return taken

    @property
    def schedule(self) -> Schedule:
        """The deviations from the default order so far."""
        return Schedule(tuple(self.switched), tuple(self.chosen))

    # -- the end ----------------------------------------------------------------------------

    def outcome(self, session: Session) -> Outcome:
        """The outcome of the execution."""
        schedule = self.schedule
        races = tuple(self.races.values())
        if self.broken is not None:
            return Outcome(schedule, self.steps, self.choices, self.broken, races=races, bounded=self.turns is not None)
        if self.pruned:
            return Outcome(schedule, self.steps, self.choices, pruned=True, races=races)
        seen, reached = session.outcome(), session.reached
        bounded = self.turns is not None
        return Outcome(schedule, self.steps, self.choices, None, seen, reached, races=races, bounded=bounded)

    def abandon(self) -> None:
        """Close what is left; leaving a section means nothing any more."""
        self.rt.dead = True
        with unwarned() if self.alive else nullcontext():
            for task in self.tasks:
                for script in reversed(task.stack):
                    script.close()
        for channel in self.rt.channels:
            channel.close()
