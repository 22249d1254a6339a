"""The announcement audit: is there state that changes during a race and that no engine hears of?

Partial-order reduction and every detector believe what is announced: operations, notes of guarded
fields, changes of readiness. A plain attribute that one task writes and another reads would make them
silently blind. The audit looks at everything reachable from a session, at every step, and says which plain
attributes changed, and which tasks changed them.
"""

from __future__ import annotations

from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any

from aiovgic.engine.stage import Stage
from aiovgic.engine.trampoline import Execution
from aiovgic.engine.watch import Watch
from aiovgic.sync import Channel, Context, Declared, HostCpu, Op, Parts, Runtime, Shared, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.engine.program import Program, Session
    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.engine.task import Task

ANNOUNCED = (Thing, Op, Runtime, Parts, Context, HostCpu, Channel)
"""What the engines hear of, or are themselves."""

OURS = ("aiovgic.", "devtools.")
"""Modules whose objects are looked at: a program of `devtools.programs` has a session of its own."""

ATOMS = (int, str, bytes, float, type(None), Enum, type)
CONTAINERS = (list, tuple, dict, set, frozenset)

FREED = "freed"
"""Whether a part was freed, of which every watch is told."""

State = dict[tuple[int, str], tuple[object, Any]]
"""By identity of an object and attribute: the object itself, kept alive, and the attribute's value."""


class Audit(Watch):
    """Looks at a session between any two steps."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.state: State = {}
        self.running = ""
        """Who has run since the last look."""
        self.changed_by: dict[tuple[str, int], list[str]] = {}
        """By class and attribute, and object: the tasks that changed it."""

    def begin(self, execution: Execution) -> None:
        self.rt = execution.rt
        self.state = state_of(self.session)

    def started(self, task: Task, parent: Task | None) -> None:
        self.look()
        self.running = task.name

    def before(self, task: Task, op: Op[Any]) -> None:
        self.look()
        self.running = task.name

    def end(self) -> None:
        self.look()

    def look(self) -> None:
        """Attribute every change since the last look to the task that ran."""
        with self.rt.looking():
            now = state_of(self.session)
        for key, (owner, value) in now.items():
            if key in self.state and self.state[key][1] != value:
                tasks = self.changed_by.setdefault((f"{base_name(owner)}.{key[1]}", key[0]), [])
                if self.running not in tasks:
                    tasks.append(self.running)
        self.state = now


def audit(program: Program, strategy: Strategy, executions: int) -> dict[str, int]:
    """The plain attributes that changed in so many executions, and how many tasks changed that of one object."""
    changed: dict[str, int] = {}
    for watch in islice(audited(program, strategy), executions):
        for (name, _), tasks in watch.changed_by.items():
            changed[name] = max(changed.get(name, 0), len(tasks))
    return changed


def audited(program: Program, strategy: Strategy) -> Iterator[Audit]:
    """One execution after the other, with the audit of each."""
    while True:
        stage = Stage(program, once=True)
        watch = Audit(stage.session)
        Execution(stage, strategy, watches=(watch,)).run()
        yield watch
        if not strategy.end():
            return


def state_of(session: Session) -> State:
    """Every plain attribute of every object of this repository that can be reached from a session."""
    state: State = {}
    met: dict[int, bool] = {}
    todo: list[Any] = [session]
    while todo:
        each = todo.pop()
        if isinstance(each, ATOMS) or id(each) in met:
            continue
        met[id(each)] = True
        if isinstance(each, dict):
            todo += [*each.keys(), *each.values()]
        elif isinstance(each, CONTAINERS):
            todo += each
        elif isinstance(each, Shared):
            todo.append(each.now)
        elif type(each).__module__.startswith(OURS) and not isinstance(each, ANNOUNCED):
            for name, value in attributes(each):
                todo.append(value)
                if name != FREED and not isinstance(getattr(type(each), name, None), Declared):
                    state[id(each), name] = (each, shape(value))
    return state


def attributes(each: Any) -> Iterator[tuple[str, Any]]:
    """An object's own attributes, whether it keeps them in a dictionary or in slots."""
    yield from vars(each).items() if hasattr(each, "__dict__") else ()
    for cls in type(each).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(each, name):
                yield name, getattr(each, name)


def shape(value: Any) -> Any:
    """A value as far as it belongs to the attribute: containers whole, objects by identity."""
    if isinstance(value, dict):
        return [(shape(key), shape(each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [shape(each) for each in value]
    if isinstance(value, bytearray):
        return bytes(value)
    return value if isinstance(value, ATOMS) else id(value)


def base_name(owner: object) -> str:
    """A class as the model calls it; what `Parts` composed has the base's name."""
    return type(owner).__name__
