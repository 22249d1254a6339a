"""Scenarios written in Python: a machine as data, and tasks as async functions."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiovgic.errors import ScenarioError, UsageError
from aiovgic.scenario.expectations import expectations
from aiovgic.scenario.guest_program import Body, Cpu, Kvm, name_of
from aiovgic.scenario.layout import MAX_VCPUS
from aiovgic.scenario.machine import machine_plan
from aiovgic.scenario.nodes import node_of
from aiovgic.scenario.scenario import EXPECTED, Scenario, TaskPlan
from aiovgic.scenario.shorthand import Rings
from aiovgic.scenario.steps import StepReader
from aiovgic.scenario.tasks import MAX_TASKS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aiovgic.scenario.body import Machine

    Expected = Mapping[str, Any] | list[Mapping[str, Any]]


@dataclass(frozen=True)
class OnVcpu:
    """A guest's program, and the vCPU that it runs on."""

    number: int
    body: Body


def vcpu(number: int, body: Callable[[Cpu], Awaitable[None]]) -> OnVcpu:
    """A task that is a guest: ``async def guest(cpu)`` in one KVM_RUN of this vCPU."""
    return OnVcpu(number, body)


class AnyLabel(dict[str, int]):
    """Labels are what programs give; none is known before they run."""

    def __contains__(self, _label: object) -> bool:
        return True


def race(  # noqa: PLR0913  the sections of a scenario
    tasks: Mapping[str, OnVcpu | Callable[[Kvm], Awaitable[None]]],
    *,
    machine: Mapping[str, Any] | None = None,
    always: Expected | None = None,
    never: Expected | None = None,
    sometimes: Expected | None = None,
    title: str = "",
    again: str = "aiovgic.replay(scenario, {schedule}{more})",
) -> Scenario:
    """A scenario whose tasks are async functions: of a `Kvm` for a thread, `vcpu(n, ...)` of a `Cpu` for a guest.

    ``machine`` and the expectations are what a scenario file has there; ``again`` is what a report
    says of replaying. Every execution calls the functions anew. Tasks share state through cells
    (``kvm.shared(name, value)``, ``cpu.shared(name, value)``): the search does not see other state that they
    share, and names it. Raises UsageError, ScenarioError.
    """
    place, source = whereabouts([each.body if isinstance(each, OnVcpu) else each for each in tasks.values()])
    expected = {"always": always, "never": never, "sometimes": sometimes}
    written = {"machine": machine, **expected}
    root = dict(node_of({key: each for key, each in written.items() if each is not None}, place).items())
    plan = machine_plan(root.get("machine"))
    rings = Rings(tuple(its.base for its in plan.its), plan.gic)
    reader = StepReader(rings)
    plan = reader.with_setup(plan, root.get("machine"))
    if not 0 < len(tasks) <= MAX_TASKS:
        raise UsageError(f"a race has 1 to {MAX_TASKS} tasks, not {len(tasks)}")
    found = tuple(expectations({key: root[key] for key in EXPECTED if key in root}, AnyLabel(), MAX_VCPUS))
    if any("serial" in each.facts for each in found):
        raise ScenarioError(place, "serial: only steps of a scenario file can be put in order")
    return Scenario(
        name=next(iter(tasks)),
        path=place,
        text=f"{source}\n{written!r}",
        title=title or " and ".join(tasks),
        about="",
        machine=plan,
        tasks=tuple(task_of(name, each, cpu, plan.vcpus) for cpu, (name, each) in enumerate(tasks.items())),
        expectations=found,
        rings=rings,
        again=again,
    )


def whole(body: Callable[[Machine], Awaitable[None]], *, machine: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario that is one async function of a `Machine`. Raises UsageError, ScenarioError."""
    if not inspect.iscoroutinefunction(body):
        raise UsageError(f"{name_of(body)} is to be an async function")
    place, source = whereabouts([body])
    plan = machine_plan(None if machine is None else node_of(machine, place, "machine"))
    rings = Rings(tuple(its.base for its in plan.its), plan.gic)
    plan = StepReader(rings).with_setup(plan, None if machine is None else node_of(machine, place, "machine"))
    return Scenario(
        name=name_of(body),
        path=f"{place}::{name_of(body)}",
        text=f"{source}\n{machine!r}",
        title=name_of(body),
        about="",
        machine=plan,
        tasks=(),
        expectations=(),
        rings=rings,
        body=body,
        again=f"pytest {place}::{name_of(body)} --aiovgic-replay {{schedule}}",
    )


def task_of(name: str, task: OnVcpu | Callable[[Kvm], Awaitable[None]], cpu: int, vcpus: int) -> TaskPlan:
    """One task. Raises UsageError for what is no async function, and for a vCPU that there is not."""
    body = task.body if isinstance(task, OnVcpu) else task
    if not inspect.iscoroutinefunction(body):
        raise UsageError(f"task {name!r}: {name_of(body)} is to be an async function")
    if not isinstance(task, OnVcpu):
        return TaskPlan(name, (), cpu=cpu, thread=name, body=body)
    if not 0 <= task.number < vcpus:
        raise UsageError(f"task {name!r}: the machine has no vCPU {task.number}")
    return TaskPlan(name, (), cpu=cpu, vcpu=task.number, body=body)


def whereabouts(bodies: list[Body]) -> tuple[str, str]:
    """The file that the first function is in, and the source of all of them, as far as there is one."""
    source: list[str] = []
    for body in bodies:
        try:
            source.append(inspect.getsource(body))
        except (OSError, TypeError):
            source.append(name_of(body))
    code = getattr(bodies[0], "__code__", None) if bodies else None
    return ("python" if code is None else shortest(Path(code.co_filename))), "\n".join(source)


def shortest(path: Path) -> str:
    """A path as it is called from here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path.name)
