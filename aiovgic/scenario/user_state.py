"""State of the user's own that a search does not see: what tasks share, and what executions leave behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import FunctionType
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from aiovgic.scenario.cached import cached_results
from aiovgic.scenario.content import attributes_of
from aiovgic.scenario.lasting import Lasting
from aiovgic.scenario.layer_state import reach_of
from aiovgic.scenario.reach import MOST, Reach, is_member, is_users
from aiovgic.sync.layer_guard import of_users

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiovgic.errors import AiovgicError, DivergedError
    from aiovgic.scenario.escapes import Escape
    from aiovgic.scenario.reach import Found
    from aiovgic.scenario.scenario import Scenario
    from aiovgic.sync import Layer


TEST = ""
"""Stands for the function of a whole test, which is no task."""

LEFT = "that one execution leaves to the next"


@dataclass(frozen=True)
class UserState:
    """What the tasks of a scenario written in Python can reach. It lasts for a search: no checkpoint puts it back."""

    tasks: dict[str, Reach] = field(default_factory=dict)
    """By name: what each task reaches, as it was when the task was first seen."""
    lasting: Lasting = field(default_factory=Lasting)
    """What those functions reach that every execution calls anew: it outlives an execution."""
    reads: dict[str, dict[str, None]] = field(default_factory=dict)
    """What tasks asked the machine for in a race, and the tasks: its notes are no points."""

    layers: dict[str, Reach] = field(default_factory=dict)
    """By name: what each of the user's layers reaches."""

    @classmethod
    def of(cls, scenario: Scenario, layers: Sequence[Layer] = ()) -> UserState:
        """The state before the search."""
        reaches = {f"layer {layer.__name__}": reach_of(layer) for layer in of_users(layers)}
        if scenario.body is not None:
            return cls(lasting=Lasting({TEST: Reach(scenario.body)}), layers=reaches)
        tasks = {plan.name: Reach(plan.body) for plan in scenario.tasks if plan.body is not None}
        return cls(tasks, Lasting(tasks), layers=reaches)

    def started(self, name: str, function: object, args: Sequence[object], fields: dict[str, object]) -> None:
        """A test starts a task: in its first execution it is looked at."""
        if name not in self.tasks:
            self.tasks[name] = Reach(function, args, fields)

    def read(self, what: str, task: str) -> None:
        """A task asks for something that the machine has noted down, in a race."""
        self.reads.setdefault(what, {})[task] = None

    def untracked(self) -> tuple[str, ...]:
        """Everything that the search did not see, each with the tasks it belongs to."""
        shared = {**dict(shared_by(self.tasks)), **dict(cached_results(self.lasting.reaches | self.tasks))}
        told = [f"{what} ({users_of(tasks)})" for what, tasks in shared.items()]
        told += [f"{what} {LEFT} ({users})" for what, users in self.left_behind().items() if what not in shared]
        told += [f"`{what}` during the race ({named(list(tasks))})" for what, tasks in self.reads.items()]
        told += [f"{what} ({', '.join(names)})" for what, names in cached_results(self.layers)]
        told += [each.told(users) for each, users in self.escapes().items()]
        told += [f"more than {MOST} objects ({named([name])})" for name, each in self.tasks.items() if each.more]
        return tuple(told)

    def left_behind(self) -> dict[str, str]:
        """By route: what executions have changed and not put back, and the tasks that reach it, or the test itself."""
        changed = self.lasting.changed()
        return {str(route): users_of(tasks) for route, tasks, _ in changed}

    def escapes(self) -> dict[Escape, str]:
        """Code that can reach state which no walk finds, and the tasks that it is in, or the test itself."""
        found: dict[Escape, list[str]] = {}
        for name, reach in self.tasks.items():
            for each in reach.escapes.values():
                found.setdefault(each, []).append(name)
        test = self.lasting.reaches.get(TEST)
        for each in () if test is None else test.escapes.values():
            found.setdefault(each, [TEST])
        told = {each: users_of(names) for each, names in found.items()}
        return {**{each: name for name, reach in self.layers.items() for each in reach.escapes.values()}, **told}

    def begins(self) -> None:
        """An execution begins: what the one before has left is noted."""
        self.lasting.note()

    def explains(self, error: DivergedError) -> AiovgicError:
        """The error to raise when executions differ: one that names what they left behind, if they did."""
        kept = [f"{what} ({users})" for what, users in self.left_behind().items()]
        if not kept:
            return error
        way = "make it in the tasks, or a cell: m.shared(name, value)"
        return UsageError(f"executions differ, because one leaves state to the next: {'; '.join(kept)}; {way}")


def users_of(tasks: Sequence[str]) -> str:
    """Tasks by their names, without the function of the whole test; if there are none, the test."""
    names = [name for name in tasks if name != TEST]
    return named(names) if names else "the test"


def named(tasks: Sequence[str]) -> str:
    """Tasks by their names."""
    return f"task{'s' if len(tasks) > 1 else ''} {', '.join(tasks)}"


# -- what tasks share ------------------------------------------------------------------------------------


def shared_by(tasks: Mapping[str, Reach]) -> Iterator[tuple[str, list[str]]]:
    """What two tasks reach and can change, as a route, with the tasks that reach it."""
    told: dict[str, None] = {}
    for number, reach in enumerate(tasks.values()):
        earlier = list(tasks.values())[:number]
        for identity, each in reach.objects.items():
            among = [name for name, other in tasks.items() if identity in other.objects]
            if len(among) == 1 or any(identity in other.objects for other in earlier):
                continue
            if not any(tasks[name].functions for name in among):
                continue  # operations of the machine only read their arguments
            inside, empty = is_inside(each, reach, tasks), is_empty(each, [tasks[name] for name in among])
            unset = is_settable(each.value) and not is_set_on(each.value, [tasks[name] for name in among])
            if not inside and not empty and not unset and str(each.route) not in told:
                told[str(each.route)] = None
                yield str(each.route), among
        for key, variable in reach.variables.items():
            among = [name for name, other in tasks.items() if key in other.variables]
            is_set = any(tasks[name].variables[key].is_set for name in among)
            if is_set and len(among) > 1 and str(variable.route) not in told:
                told[str(variable.route)] = None
                yield str(variable.route), among


def is_settable(value: object) -> bool:
    """Whether a value is a function or a member of an enumeration: only its attributes can change."""
    return isinstance(value, FunctionType) or is_member(value)


def is_set_on(value: object, among: Sequence[Reach]) -> bool:
    """Whether code of the tasks sets an attribute that a value has or may have had, and may set it on this value."""
    if is_member(value) and any(reach.deletes for reach in among):
        return True
    return any(name in reach.stored for reach in among for name in vars(value))


def is_inside(each: Found, reach: Reach, tasks: Mapping[str, Reach]) -> bool:
    """Whether an object is reached through another one that two tasks share: that one is named."""
    within = each.within
    while within is not None:
        if sum(within in other.objects for other in tasks.values()) > 1:
            return True
        within = reach.objects[within].within
    return False


def is_empty(each: Found, among: Sequence[Reach]) -> bool:
    """Whether an object is an instance of the user's classes without attributes, and no code of the tasks sets any."""
    users = all(is_users(cls.__module__) for cls in type(each.value).__mro__[:-1])
    return users and not any(attributes_of(each.value)) and not any(reach.sets_attributes for reach in among)
