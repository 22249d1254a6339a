"""Watches of an execution: detectors of races and of wrong lock orders, and the recorder of footprints.

A watch hears of every operation before and after it is done, and of what happens between
operations. What it finds it raises as a Violation, or tells the execution at once (`Execution.report`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.sync import Op

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiovgic.engine.places import Where
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Change, Context, Declared, Part, Shared, Thing

    Kind = type[Op[Any]]
    Note = Callable[..., None]
    Before = Callable[[Task, Op[Any]], None]
    After = Callable[[Task, Op[Any], Any], None]


class Watch:
    """Base class of watches: each method is called at one kind of event, and does nothing here."""

    before_ops: tuple[Kind, ...] = (Op,)
    """The kinds of operations before which `before` is called."""

    after_ops: tuple[Kind, ...] = (Op,)
    """The kinds of operations after which `after` is called."""

    def begin(self, execution: Execution) -> None:
        """The race begins; set-up is over, and no task has been started."""

    def started(self, task: Task, parent: Task | None) -> None:
        """A task exists from now on; ``parent`` spawned it, if one did. It will run to its first operation."""

    def before(self, task: Task, op: Op[Any]) -> None:
        """A task is about to do an operation that is ready."""

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        """The operation is done, and gave this; the task will now run to its next one."""

    def alone(self, task: Task, op: Op[Any]) -> None:
        """A task is about to do an operation, and no other task could run; called only where the strategy decides."""

    def interrupts(self, handler: Task) -> None:
        """An interrupt handler is about to do its first operation: it has its CPU."""

    def returns(self, handler: Task) -> None:
        """An interrupt handler has ended: the interrupted context can run again."""

    def changed(self, thing: Thing, how: Change) -> None:
        """The running task changed whether other tasks can run, between operations."""

    def heeds(self, field: Declared) -> bool:
        """Whether `note` is to be called for this guarded field."""
        return True

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        """The running task accesses a guarded field; ``marked`` if the access is declared as a data race."""

    def reread(self, word: Shared[Any]) -> None:
        """The running task reads a shared word between two operations (`Shared.reread`)."""

    def rule_word(self, word: Shared[Any]) -> None:
        """A rule that decides at the present step has read a shared word."""

    def rule_field(self, part: Part, field: Declared, *, ordered: bool) -> None:
        """A rule that decides at the present step has read a guarded field.

        ``ordered``: the running task holds the lock that orders this access with those of all code that takes it.
        """

    def may_sleep(self, me: Context, verb: str, what: str, where: Where) -> None:
        """The running context does something, between operations, that may sleep."""

    def freed(self, part: Part) -> None:
        """The running task freed a part."""

    def promoted(self, field: Declared) -> None:
        """A guarded field has raced: from now on footprints include its accesses."""

    def end(self) -> None:
        """No task can run, and no rule is broken yet: each task has ended, is idle, or waits forever."""


class Ears:
    """The methods of several watches that are called at each kind of event."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = tuple(watches)
        self.ops = Listeners(watches)
        self.alone = tuple(each.alone for each in watches if type(each).alone is not Watch.alone)
        self.changed = tuple(each.changed for each in watches if type(each).changed is not Watch.changed)
        self.rereads = tuple(each.reread for each in watches if type(each).reread is not Watch.reread)
        self.rule_words = tuple(each.rule_word for each in watches if type(each).rule_word is not Watch.rule_word)
        self.rule_fields = tuple(each.rule_field for each in watches if type(each).rule_field is not Watch.rule_field)
        self.notes = Readers(watches)
        self.listen = bool(self.notes.watches or self.rereads)
        """Whether a watch hears of guarded fields, or of shared words that are read between two operations."""


class Listeners(dict["Kind", tuple[tuple["Before", ...], tuple["After", ...]]]):
    """By kind of operation: the methods that are called before it is done, and those called after it."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        super().__init__()
        self.before = [each for each in watches if type(each).before is not Watch.before]
        self.after = [each for each in watches if type(each).after is not Watch.after]

    def __missing__(self, kind: Kind) -> tuple[tuple[Before, ...], tuple[After, ...]]:
        before = tuple(each.before for each in self.before if issubclass(kind, each.before_ops))
        after = tuple(each.after for each in self.after if issubclass(kind, each.after_ops))
        self[kind] = (before, after)
        return before, after


class Readers(dict["Declared", tuple["Note", ...]]):
    """By guarded field: the methods that are called when it is accessed."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        super().__init__()
        self.watches = [each for each in watches if type(each).note is not Watch.note]

    def __missing__(self, field: Declared) -> tuple[Note, ...]:
        self[field] = tuple(each.note for each in self.watches if each.heeds(field))
        return self[field]
