"""What a traced execution writes down."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Switch
from aiovgic.record.trace import EVENTS, Event
from aiovgic.sync import Part, Update

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.engine.task import Task
    from aiovgic.sync import Declared, Op

LONGEST = 120

CHOICES = ("choose", "fault")
"""Operations whose outcome a schedule decides."""

BEGINS = "begin"
"""What a task does that has done nothing yet of its next step."""


class Recorder:
    """Collects the events of one execution, and its deviations from the default order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.switches: list[Switch] = []
        self.step = 0
        self.task = ""
        self.changing: tuple[int, Callable[[], str]] | None = None
        """The last event, by number, if it is a change that is still to be made, and what says the value after it."""
        self.begun: dict[str, str] = {}
        """What each task is about to begin, of which it has done nothing yet; empty where it only starts."""

    def clear(self) -> None:
        """Forget everything: the tasks are started again."""
        self.events.clear()
        self.switches.clear()
        self.begun.clear()
        self.changing = None

    def at(self, step: int, task: Task, op: Op[Any]) -> None:
        """A task does an operation at a step."""
        self.settle()
        self.step = step
        self.task = task.name
        self.begun.pop(task.name, None)
        self.add("ref" if op.kind == "ref" else "step", op.target, op.kind)

    def runs(self, step: int, name: str) -> None:
        """A task runs, though it has come to no operation yet."""
        self.step = step
        self.task = name
        self.begun[name] = ""

    def gave(self, op: Op[Any], value: Any) -> None:
        """What the operation of the present step did and gave; a choice that is not the plain one is a deviation."""
        if op.kind in CHOICES and value:
            self.switches.append(Switch(step=self.step, task=self.task, does=op.kind, object=op.target))
        detail = self.effect(op, value)
        if detail:
            self.say(len(self.events) - 1, detail)
        if isinstance(op, Update) and op.word.value is value and isinstance(value, dict | list):
            before, word = shown(value), op.word  # the task changes it in place, behind this operation
            self.changing = (len(self.events) - 1, lambda: f"{op.verb} {before} -> {shown(word.value)}")

    def wrote(self, part: Part, field: Declared) -> None:
        """The last event is a write of a guarded field, which comes next."""
        self.changing = (
            len(self.events) - 1,
            lambda: shown(vars(part).get(field.field, getattr(field, "default", None))),
        )

    def settle(self) -> None:
        """The change that was announced last is made: its event has the value after it."""
        if self.changing is not None:
            number, after = self.changing
            self.changing = None
            self.say(number, after())

    def say(self, number: int, detail: str) -> None:
        """An event has another detail from now on."""
        event = self.events[number]
        self.events[number] = type(event)(event.step, event.task, event.what, detail)

    def effect(self, op: Op[Any], value: Any) -> str:
        """An operation in words: of a change, the word before and after it."""
        if isinstance(op, Update):
            after = shown(op.word.value)
            return f"store {after}" if op.verb == "store" else f"{op.verb} {shown(value)} -> {after}"
        return "" if value is None else f"{op.kind} {shown(value)}"

    def switched(self, step: int, task: Task, plain: Task) -> None:
        """At this step another task runs than the default order would have."""
        op, before = task.op, plain.op
        assert op is not None
        assert before is not None
        begun = self.begun.get(task.name) if not task.isr else None
        self.switches.append(
            Switch(
                step=step,
                task=task.name,
                does=op.kind if begun is None else BEGINS,
                object=op.target if begun is None else begun,
                before=plain.name,
                would=before.kind,
                would_object=before.target,
            )
        )

    def add(self, kind: str, what: str, detail: str = "") -> None:
        """One more event, in the present step."""
        self.settle()
        if kind == "op":
            self.begun[self.task] = shown(detail or what)
        self.events.append(EVENTS[kind](self.step, self.task, what, detail))


def shown(value: Any) -> str:
    """A value in few words, the same in every process and every Python."""
    text = described(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def described(value: Any) -> str:
    """A value in words."""
    match value:
        case bool() | None:
            return str(value).lower()
        case Enum():
            return str(value.name or int(value.value))
        case int():
            return hex(value)
        case Part():
            return value.name
        case str():
            return value
        case tuple():
            return f"[{' '.join(described(each) for each in value)}]"
        case list():  # of a guarded container the base class's own methods, which note nothing
            return f"[{' '.join(described(each) for each in list.__iter__(value))}]"
        case dict():
            return f"{{{' '.join(f'{described(key)}:{described(each)}' for key, each in dict.items(value))}}}"
        case _:
            return type(value).__name__
