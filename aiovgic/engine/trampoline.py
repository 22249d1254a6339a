"""One execution: every task's next operation is known, one of those that are ready is done.

The engine sends values into the tasks' coroutines and gets their next operations. Whoever
decides sees only tasks that can run. An execution ends when all tasks have ended, when those
left idle, when nobody can run, or when something broke.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from aiovgic.engine import deadlock
from aiovgic.engine.asleep import overslept
from aiovgic.engine.fair import Turns
from aiovgic.engine.outcome import Broken, Outcome, first_line
from aiovgic.engine.places import innermost, place_of, raised_at
from aiovgic.engine.task import Task
from aiovgic.errors import AiovgicError, DivergedError, Violation
from aiovgic.record.schedule import Schedule
from aiovgic.sync import HostCpu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.program import Session
    from aiovgic.engine.recorder import Recorder
    from aiovgic.engine.stage import Stage
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.watch import Watch
    from aiovgic.sync import Context, Declared, Op, Script

STEP_LIMIT = 10_000
"""Steps of one explored execution after which everyone runs in turn."""


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
        self.watches = (*watches, *strategy.watches)
        self.step_limit = step_limit
        self.tasks: list[Task] = []
        self.cpus: dict[int, HostCpu] = {}
        self.last: Task | None = None
        self.lone = False
        """Whether the only task there is runs on without points (Runtime.alone)."""
        self.steps = 0
        self.choices = 0
        self.switched: list[tuple[int, str]] = []
        self.chosen: list[tuple[int, int]] = []
        self.broken: Broken | None = None
        self.turns: Turns | None = None
        """Who runs beyond the step limit."""
        self.races: dict[tuple[object, ...], Broken] = {}
        """What was found on the way, and ends nothing, by identity."""
        self.pruned = False
        """Whether it was given up, because what it could still do was tried before."""
        self.rt, self.session = stage.set()
        self.rt.attach(self)

    def run(self) -> Outcome:
        """Run it to its end. Raises DivergedError if a replay cannot be followed."""
        collecting = gc.isenabled()
        gc.disable()  # a destructor must not run where memory happens to run short
        try:
            self.race(self.session)
            return self.outcome(self.session)
        finally:
            self.abandon()
            if collecting:
                gc.enable()

    # -- tasks ------------------------------------------------------------------------------

    def start(
        self, name: str, script: Script[None], cpu: HostCpu, *, isr: bool = False, parent: Task | None = None
    ) -> None:
        """Create a task and run it to its first point."""
        task = Task(len(self.tasks), name, script, cpu, isr=isr)
        self.tasks.append(task)
        for watch in self.watches:
            watch.started(task, parent)
        if self.recorder is not None:
            self.recorder.runs(self.steps, name)
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
        """Let a task run to its next point; what it raises is what the execution broke."""
        self.rt.current = task.context
        try:
            task.advance(value)
        except Exception as error:  # noqa: BLE001  what the model raises is the model's bug
            self.stop(task, error)

    def stop(self, task: Task, error: Exception, op: Op[Any] | None = None) -> None:
        """The execution is broken: say by what, and where; ``op`` is the operation that broke it, if one did.

        Raises what is nothing the model did.
        """
        if isinstance(error, AiovgicError) and not isinstance(error, Violation):
            raise error  # somebody asked wrongly, or the replay diverged
        where = raised_at(error.__traceback__) or innermost(task)
        if isinstance(error, Violation):
            access, what = (op.kind, op.target) if op else (error.rule, error.what.split(" ")[0])
            place = place_of(task, where, access, what)
            freed = self.rt.frees.get(error.freed)
            places = (place,) if freed is None else (place, freed)
            self.report(Broken(error.kind, error.rule, error.what, (error.what,), places))
        else:
            title = first_line(error)
            self.report(Broken("model-bug", type(error).__name__, title, (title,), (place_of(task, where),)))

    # -- the race ---------------------------------------------------------------------------

    def race(self, session: Session) -> None:
        """Do one operation after the other until it ends."""
        self.strategy.begin()
        specs = session.tasks
        self.rt.racing = True
        for watch in self.watches:
            watch.begin(self)
        for spec in specs:
            self.start(spec.name, spec.script(), self.cpu(spec.cpu), isr=spec.isr)
        self.follow(self.strategy.known())
        while self.broken is None:
            enabled = [task for task in self.tasks if task.can_run()]
            if not enabled:
                self.quiesce(session)
                return
            if len(enabled) == 1 and self.may_run_lone(enabled[0]):
                self.run_lone(enabled[0])
                continue
            if self.steps >= self.step_limit:
                self.step(self.in_turn(enabled))
                continue
            task = self.decide(enabled)
            if task is None:
                self.pruned = True
                return
            self.step(task)

    def follow(self, known: Sequence[int]) -> None:
        """Take the first steps, known by number of the task. Raises DivergedError where one cannot be taken."""
        for number in known:
            if self.broken is not None:
                return
            task = self.tasks[number] if number < len(self.tasks) else None
            if task is None or not task.can_run():
                raise DivergedError(f"at step {self.steps} task {number} was known to run, and cannot")
            if task is not self.last:
                self.deviates(task, self.plain([each for each in self.tasks if each.can_run()]))
            self.step(task)

    def may_run_lone(self, task: Task) -> bool:
        """Whether a task that can go on is the only one there is, and nobody decides or writes down."""
        watched = self.recorder is not None or self.watches or self.strategy.always_asked or task.isr
        alone = not watched and all(each is task or each.done for each in self.tasks)
        return alone and self.steps < self.step_limit

    def run_lone(self, task: Task) -> None:
        """Run the only task there is, as far as it goes alone: there is nothing to decide."""
        rt = self.rt
        rt.current = task.context
        self.last = task
        self.lone = True
        rt.alone = self.step_limit - self.steps
        while rt.alone and task.can_run() and self.broken is None:
            rt.alone -= 1
            self.perform(task)
        self.not_alone()

    def not_alone(self) -> None:
        """From now on every operation is a point again."""
        if self.lone:
            self.lone = False
            self.steps = self.step_limit - self.rt.alone
            self.rt.alone = 0

    def decide(self, enabled: list[Task]) -> Task | None:
        """Who runs at this step, or None; a deviation from the plain order is remembered."""
        plain = self.plain(enabled)
        if len(enabled) == 1 and not self.strategy.always_asked:
            return plain
        task = self.strategy.pick(enabled, plain, self.steps)
        if task is not None:
            self.deviates(task, plain)
        return task

    def plain(self, enabled: list[Task]) -> Task:
        """Whom the plain order runs."""
        return self.last if self.last is not None and self.last in enabled else enabled[0]

    def deviates(self, task: Task, plain: Task) -> None:
        """A task runs; if that is not the plain order, it is remembered."""
        if task is not plain:
            self.switched.append((self.steps, task.name))
            if self.recorder is not None:
                self.recorder.switched(self.steps, task, plain)

    def in_turn(self, enabled: list[Task]) -> Task:
        """Who runs at a step beyond the limit: everyone in turn, until it is a livelock."""
        if self.turns is None:
            self.turns = Turns()
        task = self.turns.pick(enabled, (self.rt.progress, sum(task.done for task in self.tasks)))
        if task is None:
            self.report(self.turns.livelock())
        return task or enabled[0]

    def step(self, task: Task) -> None:
        """Commit a task's operation and run it to its next point."""
        op = task.op
        assert op is not None
        self.rt.current = task.context
        if self.recorder is not None:
            self.recorder.at(self.steps, task, op)
        if task.isr:
            self.begin_isr(task)
        self.last = task
        self.steps += 1
        self.perform(task)
        if task.isr and task.done:
            task.context.cpu.stack.remove(task.context)

    def perform(self, task: Task) -> None:
        """Do a task's operation, and run it to its next point."""
        op = task.op
        assert op is not None
        try:
            for before in self.rt.ears.before:
                before(task, op)
            value = op.commit(task.context)
            for after in self.rt.ears.after:
                after(task, op, value)
        except Exception as error:  # noqa: BLE001  what the model raises is the model's bug
            self.stop(task, error, op)
            return
        if self.recorder is not None:
            self.recorder.gave(op, value)
        self.advance(task, value)

    def report(self, broken: Broken) -> None:
        """Something is broken: the first thing counts, and the execution ends. A data race, for one, ends nothing."""
        if not broken.ends:
            self.races.setdefault(broken.identity, broken)
        elif self.broken is None:
            self.broken = broken

    def promote(self, field: Declared) -> None:
        """A guarded field has raced, and whoever tells steps apart should look at it."""
        for watch in self.watches:
            watch.promoted(field)

    def begin_isr(self, task: Task) -> None:
        """An interrupt handler's first step: what it interrupts stands still until it ends."""
        if not task.started:
            task.context.cpu.stack.append(task.context)
            task.started = True

    def choose(self, alternatives: int, what: str) -> int:
        """The outcome of a choice; all but the plain one is remembered."""
        taken = self.strategy.choose(alternatives, what, self.choices)
        if taken:
            self.chosen.append((self.choices, taken))
        self.choices += 1
        return taken

    # -- the end ----------------------------------------------------------------------------

    def quiesce(self, session: Session) -> None:
        """Nobody can run: all have ended or idle, or it is a deadlock."""
        for watch in self.watches:
            watch.end()
        if self.broken is not None:
            return
        self.broken = overslept(self.rt, self.tasks)
        if self.broken is not None:
            return
        waiting = {task.context: task.op for task in self.tasks if task.op is not None}
        left = deadlock.stuck(waiting)
        if left:
            stuck = [task for task in self.tasks if task.context in left]
            rule, saw, places = deadlock.explain(waiting, stuck)
            self.broken = Broken("deadlock", rule, deadlock.title(left), saw, places)
            return
        self.broken = deadlock.kept([task.context for task in self.tasks if task.done])
        if self.broken is not None:
            return
        with self.rt.looking():
            broken = self.violated(session.quiet())
        if not broken:
            self.rt.racing = False
            self.dismiss()
            self.judged(session)

    def judged(self, session: Session) -> None:
        """Whether the end is as it should be; to see it guests run on, one after the other, and may break."""
        try:
            self.violated(session.judge())
        except Violation as error:
            self.broken = Broken(error.kind, error.rule, error.what, (error.what,))
        except AiovgicError:
            raise
        except Exception as error:  # noqa: BLE001  what the model raises is the model's bug
            title = first_line(error)
            self.broken = Broken("model-bug", type(error).__name__, title, (title,))

    def violated(self, violations: Sequence[Violation]) -> bool:
        """Whether something is broken; the first thing counts."""
        for violation in violations:
            self.broken = Broken(violation.kind, violation.rule, violation.what, (violation.what,))
            return True
        return False

    def dismiss(self) -> None:
        """Idle tasks are killed, as a VMM ends its vCPU threads; nobody else runs meanwhile."""
        self.rt.killing = True
        for task in self.tasks:
            if task.op is not None:
                self.advance(task, task.op.killed(task.context))
            while task.op is not None and self.broken is None:
                assert task.can_run(), f"{task.name} was killed, and waits for {task.op.target}"
                self.go_on(task, task.op)
        self.rt.killing = False

    def go_on(self, task: Task, op: Op[Any]) -> None:
        """A killed task's next operation; it, too, may break something."""
        self.rt.current = task.context
        try:
            value = op.commit(task.context)
        except Exception as error:  # noqa: BLE001  what the model raises is the model's bug
            self.stop(task, error, op)
            return
        self.advance(task, value)

    def outcome(self, session: Session) -> Outcome:
        """What there is to say of it."""
        schedule = Schedule(tuple(self.switched), tuple(self.chosen))
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
        for task in self.tasks:
            for script in reversed(task.stack):
                script.close()
        for channel in self.rt.channels:
            channel.close()
