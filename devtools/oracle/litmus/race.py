"""A scenario as litmus plays it: tasks that race, then steps that read the state at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError
from aiovgic.scenario.loader import load as load_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiovgic.record.operation import Result
    from aiovgic.scenario.scenario import Scenario, Step, TaskPlan

FINAL = "final"
"""The task that does not race: its steps are played when all others have ended."""


@dataclass(frozen=True, slots=True)
class Race:
    """A scenario without its final task and its expectations, and the steps of the final task."""

    scenario: Scenario
    final: Sequence[Step]
    names: Sequence[str]
    """What each place of an outcome is: task and step."""

    @property
    def name(self) -> str:
        """The name of the scenario."""
        return self.scenario.name

    @property
    def steps(self) -> Iterator[Step]:
        """The steps whose results are an outcome, in order."""
        for task in self.scenario.tasks:
            yield from task.steps
        yield from self.final


def load(path: Path) -> Race:
    """Read a scenario of threads. Each step gets a label, so that its result is known by it.

    Raises ScenarioError if a task is a vCPU, an interrupt handler or Python.
    """
    scenario = load_scenario(path)
    for task in scenario.tasks:
        if task.vcpu is not None or task.isr or task.body is not None:
            raise ScenarioError(str(path), f"task {task.name}: litmus plays only threads of userspace")
    names = [f"{task.name}.{step.label or step.op.name}" for task in by_end(scenario) for step in task.steps]
    tasks = [replace(task, steps=[labelled(task, n) for n in range(len(task.steps))]) for task in by_end(scenario)]
    racing = [task for task in tasks if task.name != FINAL]
    final = [step for task in tasks if task.name == FINAL for step in task.steps]
    return Race(replace(scenario, tasks=racing, expectations=()), final, names)


def by_end(scenario: Scenario) -> list[TaskPlan]:
    """The tasks of a scenario, the final one last."""
    return sorted(scenario.tasks, key=lambda task: task.name == FINAL)


def labelled(task: TaskPlan, n: int) -> Step:
    """Step ``n`` of a task, with a label."""
    step = task.steps[n]
    return step if step.label else replace(step, label=f"{task.name}.{n}")


def canonical(result: Result | None) -> str:
    """A result in few words: what the model and the kernel must agree on. ``-`` is a step that did not end."""
    if result is None:
        return "-"
    word = str(result["errno"] or result["ret"])
    if "value" in result:
        word += f"={int(result['value'], 16):#x}"
    if "hex" in result:
        word += f"={result['hex']}"
    if "words" in result:
        word += "=" + ",".join(f"{int(at, 16):x}:{int(value, 16):x}" for at, value in result["words"])
    if "mmio_exit" in result:
        word += "!mmio"
    if "exception" in result:
        word += f"!exception{result['exception']['esr']}"
    if "exit_reason" in result:
        word += f"!exit{result['exit_reason']}"
    return word
