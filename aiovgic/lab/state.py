"""The state of a replayed execution just before one of its steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aiovgic.engine import deadlock
from aiovgic.engine.places import innermost
from aiovgic.engine.watch import Watch
from aiovgic.errors import UsageError
from aiovgic.model.facts import facts
from aiovgic.report.state import in_words, state_report
from aiovgic.text import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution
    from aiovgic.scenario.player import ScenarioSession
    from aiovgic.scenario.program import ScenarioProgram
    from aiovgic.sync import Op, Runtime

BY_NUMBER = re.compile(r"(irq|vcpu|its|task):(.+)")
GROUPS = ("tasks", "vcpus", "its", "irqs")
"""Members of a state that have members of their own, by name."""


class State:
    """Everything there is at one moment: tasks, the VM, its bus, vCPUs, ITSes and interrupts, as `facts` names them."""

    def __init__(self, step: int, runs: str, things: dict[str, Any]) -> None:
        self.step = step
        self.runs = runs
        """The task that does this step, and what it is; empty at the end."""
        self.things = things

    def named(self) -> dict[str, dict[str, Any]]:
        """By the name that it can be asked for: the group it is in, and what it is."""
        names = {name: {"group": name, "is": thing} for name, thing in self.things.items() if name not in GROUPS}
        for group in GROUPS:
            for name, thing in self.things.get(group, {}).items():
                names[f"task:{name}" if group == "tasks" else name] = {"group": group, "is": thing}
        return names

    def only(self, asked: Sequence[str]) -> State:
        """What was asked for, and no more; ``irq:27`` is interrupt 27 of every vCPU.

        Raises UsageError with the nearest name there is.
        """
        known = self.named()
        things: dict[str, Any] = {}
        for word in asked:
            found = [name for name in known if name == word or goes_by(name, word)]
            if not found:
                hint = nearest(word.replace(":", "") if "task" not in word else word, list(known))
                things_first = sorted(known, key=self.things.__contains__)
                hint = hint or f"; there are {', '.join(things_first[:8])} and so on"
                raise UsageError(f"there is no {word!r} at step {self.step}{hint}")
            for name in found:
                group = known[name]["group"]
                if group in GROUPS:
                    things.setdefault(group, {})[name.removeprefix("task:")] = known[name]["is"]
                else:
                    things[group] = known[name]["is"]
        return State(self.step, self.runs, things)

    def to_json(self) -> dict[str, Any]:
        """The state as plain data."""
        return {"step": self.step, "next": self.runs, **self.things}

    def __str__(self) -> str:
        return state_report(self.step, self.runs, self.things)


def goes_by(name: str, word: str) -> bool:
    """Whether a thing is what a word such as ``irq:8192``, ``vcpu:0`` or ``its:0`` means."""
    match = BY_NUMBER.fullmatch(word)
    if match is None:
        return False
    what, number = match.groups()
    if what == "irq":
        return re.fullmatch(rf"(.*\D)?{re.escape(number)}", name) is not None and "irq" in name
    return name == f"{what}{number}"


class Peek(Watch):
    """Watches a replay, and looks at it just before a step; ``step`` counts from 0, the end is one more."""

    def __init__(self, program: ScenarioProgram, step: int) -> None:
        self.inner = program
        self.step = step
        self.state: State | None = None
        self.session: ScenarioSession | None = None
        self.execution: Execution | None = None

    def program(self, rt: Runtime) -> ScenarioSession:
        """The program to replay: the same, and its session is remembered."""
        self.session = self.inner(rt)
        return self.session

    def begin(self, execution: Execution) -> None:
        self.execution = execution

    def before(self, task: Task, op: Op[Any]) -> None:
        assert self.execution is not None
        if self.state is None and self.execution.steps - 1 == self.step:
            self.state = self.look(f"{task.name} {in_words(op.kind)} {op.target}".rstrip())

    def end(self) -> None:
        assert self.execution is not None
        if self.state is None and self.execution.steps == self.step:
            self.state = self.look("")

    def after_all(self, steps: int) -> State:
        """What was seen, once the execution is over. Raises UsageError for a step that it does not have."""
        if self.state is None and self.step == steps:
            self.state = self.look("")  # it broke: no task has gone on
        if self.state is None:
            raise UsageError(
                f"the execution has steps 0 to {steps - 1}, and {steps} is its end; there is no {self.step}"
            )
        return self.state

    # -- looking ------------------------------------------------------------------------------

    def look(self, runs: str) -> State:
        """Everything there is now; reading it is no access."""
        assert self.execution is not None
        assert self.session is not None
        rt = self.execution.rt
        before, rt.quiet = rt.quiet, True
        try:
            machine = {} if self.session.machine.session is None else facts(self.session.vm)
        finally:
            rt.quiet = before
        tasks = {task.name: self.task(task) for task in self.execution.tasks}
        return State(self.step, runs, {"tasks": tasks, **machine})

    def task(self, task: Task) -> dict[str, Any]:
        """A task: what it does next and where it is, what it holds, and which tasks it waits for."""
        op, where = task.op, innermost(task)
        if op is None:
            return {"next": None, "at": None, "holds": [], "inside": [], "waits_for": []}
        waits = not task.can_run()
        return {
            "next": f"{in_words(op.kind)} {op.target}".rstrip(),
            "at": f"{where.function} {where.file}:{where.line}" if where.file else None,
            "holds": [lock.name for lock in task.context.held],
            "inside": [section.target for section in task.context.sections],
            "waits_for": [each.name for each in deadlock.holders(task.context, op)] if waits else [],
            "can_run": not waits,
        }
