"""Records the footprint of each step of an execution.

Guarded fields count only where they are ``points``: those that are read without their lock on purpose, those that race,
and those that rules read during the race. All other accesses are ordered by locks, which count. A field may become a
point late: from then on all footprints that the search still uses show it. In what the search has done with by then no
access of it was in conflict with another one, except in the order of their locks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from aiovgic.engine.footprint import PUBLISHES, SILENT, Footprint
from aiovgic.engine.moments import Observant
from aiovgic.engine.order import Answer, HappensBefore, OrderedStep
from aiovgic.engine.watch import Watch
from aiovgic.sync import Fence, Update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aiovgic.engine.footprint import Key
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Change, Context, Declared, Op, Part, Shared, Thing


class Steps(Watch):
    """The steps of the present execution; those of the replay prefix are kept from the last one."""

    after_ops = SILENT

    def __init__(self, kept_footprints: Callable[[], Iterable[Footprint]] = tuple) -> None:
        self.kept_footprints = kept_footprints
        """The footprints that the search uses beside those of the steps."""
        self.events: list[OrderedStep] = []
        self.kept = 0
        """How many steps the next execution repeats."""
        self.spawned: list[int] = []
        """How many tasks each step made."""
        self.first = 0
        """How many tasks there were before the first step."""
        self.fenced: dict[int, int] = {}
        """The first release barrier of each task that has passed one: its step, by number of the task."""
        self.published: dict[str, int] = {}
        """The first step that published with a shared word, by identity of the word."""
        self.order: HappensBefore | None = None
        self.points: dict[Declared, None] = {}
        self.new_points = False
        """Whether a field has become a point since the order of the steps was looked at."""
        self.execution: Execution | None = None
        self.session: Observant | None = None
        """What has rules that are asked when only one task can go on."""
        self.reads: dict[str, None] | None = None
        """What a rule has read, while `asked` waits for its answer."""
        self.footprint: Footprint | None = None
        """Of the present step, if it is new."""
        self.left: list[OrderedStep] | None = None
        """The next operations of the tasks that wait at quiescence; None if something ended the execution before."""
        self.handled: dict[int, str] = {}
        """The CPUs where interrupt handlers may come, by number."""

    def begin(self, execution: Execution) -> None:
        self.execution = execution
        self.session = execution.session if isinstance(execution.session, Observant) else None
        self.footprint = None
        self.left = None
        self.first = 0
        del self.events[self.kept :], self.spawned[self.kept :]
        self.fenced = {task: step for task, step in self.fenced.items() if step < self.kept}
        self.published = {word: step for word, step in self.published.items() if step < self.kept}

    def started(self, task: Task, parent: Task | None) -> None:
        if task.isr:
            self.handled[task.context.cpu.number] = str(task.context.cpu)
        assert self.execution is not None
        if parent is None or not self.execution.steps:
            self.first += 1
        elif self.footprint is not None:
            self.spawned[-1] += 1

    def before(self, task: Task, op: Op[Any]) -> None:
        event = self.announced(task, op)
        if self.session is not None:
            event.answer = self.asked(self.session, task.context)
        if isinstance(op, Fence) and op.order in PUBLISHES:
            self.fenced.setdefault(task.number, len(self.events))
        event.whole = True
        self.footprint = event.footprint
        self.events.append(event)
        self.spawned.append(0)

    def asked(self, session: Observant, me: Context) -> Answer | None:
        """What the rules say that are asked when only one task can go on; None if they are not about ``me`` now."""
        assert self.execution is not None
        rt = self.execution.rt
        if not rt.unseen(lambda: session.settles(me)):
            return None
        reads = self.reads = {}
        with rt.looking(during_race=True):
            violated = bool(session.settled(me))
        self.reads = None
        return Answer(violated, tuple(reads))

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        if self.footprint is None:
            return
        self.footprint.gave(op, value, published=isinstance(op, Update) and self.published_by(task, op, value))

    def published_by(self, task: Task, op: Update[Any], value: Any) -> bool:
        """Whether an update changes what its word publishes, also if it writes the old value.

        An update with release order publishes, and so does each one after a release barrier of its task. A
        relaxed store ends what an earlier step has published with the word.
        """
        word = op.word.ident
        if op.failed(value):
            return False
        if op.order in PUBLISHES or task.number in self.fenced:
            self.published.setdefault(word, len(self.events) - 1)
            return True
        return op.verb == "store" and word in self.published

    def end(self) -> None:
        self.left = self.waiting()

    def announced(self, task: Task, op: Op[Any]) -> OrderedStep:
        """A task's next step, as far as its operation tells what it will touch."""
        footprint = Footprint()
        footprint.operation(op)
        cpu = task.context.cpu
        if cpu.number in self.handled:
            footprint.runs_on(cpu)
        return OrderedStep(task.number, footprint)

    def changed(self, thing: Thing, how: Change) -> None:
        if self.footprint is not None:
            self.footprint.change(thing, how)

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        if marked:
            self.promoted(field)
        self.counted(part, field, write=write)

    def counted(self, part: Part, field: Declared, *, write: bool) -> None:
        """A guarded field is touched: it is in the footprint, or will be if the field becomes a point."""
        if self.footprint is not None:
            self.footprint.note(part, field, self.points, write=write)

    def reread(self, word: Shared[Any]) -> None:
        if self.footprint is not None:
            self.footprint.touch(word.ident, write=False)

    def rule_word(self, word: Shared[Any]) -> None:
        if self.reads is not None:
            self.reads[word.ident] = None
        elif self.footprint is not None:
            self.footprint.touch(word.ident, write=False)

    def rule_field(self, part: Part, field: Declared, *, ordered: bool) -> None:
        if self.reads is not None:
            self.reads[f"{part.ident}.{field.field}"] = None
            return
        if not ordered:
            self.promoted(field)
        self.counted(part, field, write=False)

    def promoted(self, field: Declared) -> None:
        if field not in self.points:
            self.points[field] = None
            self.new_points = True
            for event in self.events:
                event.footprint.promote(field)
                event.meets = None
            for footprint in self.kept_footprints():
                footprint.promote(field)

    def freed(self, part: Part) -> None:
        if self.footprint is not None:
            self.footprint.freed(part)

    # -- afterwards --------------------------------------------------------------------------

    def ordered(
        self, skips: Callable[[HappensBefore, OrderedStep], bool]
    ) -> Iterator[tuple[HappensBefore, OrderedStep]]:
        """Each new step, and the order of those before it; the order has it when the next one is asked for.

        All steps are new if a field has become a point. A step that is to be skipped is only counted.
        """
        kept = 0 if self.new_points else self.kept
        self.new_points = False
        if self.order is None or not kept:
            self.order = HappensBefore(self.first)
        self.order.truncate(kept)
        for number in range(kept, len(self.events)):
            event = self.events[number]
            if skips(self.order, event):
                self.order.skip(event)
            else:
                yield self.order, event
                self.order.append(event)
            self.order.spawned(self.spawned[number])

    def barred(self) -> list[int]:
        """The tasks that cannot run because their CPU is not their own, by number."""
        if not self.handled:
            return []
        assert self.execution is not None
        return [task.number for task in self.execution.tasks if task.op is not None and task.barred()]

    def is_cpu(self, key: Key) -> TypeGuard[str]:
        """Whether a thing is a CPU where interrupt handlers may come."""
        return key in self.handled.values()

    def waiting(self) -> list[OrderedStep]:
        """The next operation of each task that waits."""
        assert self.execution is not None
        return [
            self.announced(task, task.op) for task in self.execution.tasks if task.op is not None and not task.can_run()
        ]

    def interrupted(self) -> list[OrderedStep]:
        """The next operation of each task but the last, whose step broke something.

        Tasks that can run now are among them: they may have waited before that step, which released its locks.
        """
        assert self.execution is not None
        last = self.execution.last
        return [
            self.announced(task, task.op) for task in self.execution.tasks if task.op is not None and task is not last
        ]
