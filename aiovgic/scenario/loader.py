"""From a file to a scenario, or to one clear error: file:line, what, and the nearest right word."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError, UsageError
from aiovgic.scenario import layout
from aiovgic.scenario.expectations import expectations
from aiovgic.scenario.machine import fault_budget, machine_plan
from aiovgic.scenario.nodes import parse_yaml
from aiovgic.scenario.scenario import EXPECTED, SCHEMA_VERSION, Scenario
from aiovgic.scenario.serial import MAX_ORDERS, count_orders
from aiovgic.scenario.shipped import scenarios
from aiovgic.scenario.shorthand import Rings
from aiovgic.scenario.steps import StepReader
from aiovgic.scenario.tasks import task_plans
from aiovgic.scenario.text import read_text
from aiovgic.text import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.scenario.nodes import Node
    from aiovgic.scenario.scenario import Expectation, MachinePlan, Step, TaskPlan

MAX_BYTES = 256 * 1024
"""No scenario is longer: it is to be read by people."""

TRACE = re.compile(r'\{"kind": ?"head"')
"""How a trace begins, which is no scenario."""

KEYS = ("schema", "title", "about", "machine", "faults", "tasks", *EXPECTED)


def find(name: str | Path) -> Path:
    """The file of a scenario: a path, or the name of a shipped one. Raises UsageError with the nearest name."""
    path = Path(name)
    shipped = scenarios()
    if str(name) in shipped:
        return shipped[str(name)]
    there = os.path.exists(name)  # noqa: PTH110  any text goes
    if there or path.suffix in {".yaml", ".yml"} or len(path.parts) > 1:
        if not there and path.stem in shipped:
            raise UsageError(f"{name}: there is no such file; the shipped scenario is called {path.stem!r}")
        return path
    hint = nearest(name, list(shipped)) or "; 'aiovgic list scenarios' shows those there are"
    raise UsageError(f"there is no scenario {shown(str(name))}{hint}")


def load(name: str | Path) -> Scenario:
    """A scenario from a file, or by the name of a shipped one. Raises ScenarioError, UsageError."""
    path = find(name)
    return parse(read_text(path, MAX_BYTES), str(path), path.stem)


def parse(text: str, path: str, name: str) -> Scenario:
    """The scenario in a text. Raises ScenarioError."""
    if TRACE.match(text):
        file = shlex.quote(path)
        ways = f"'aiovgic replay {file}' runs it, and 'aiovgic timeline {file} --source' prints the scenario inside"
        raise ScenarioError(path, f"is a trace, which has a schedule of its own: {ways}")
    root = parse_yaml(path, text)
    found = root.keys(KEYS, required=("schema", "title", "tasks"))
    if found["schema"].value != SCHEMA_VERSION or type(found["schema"].value) is not int:
        found["schema"].fail(f"is {found['schema'].shown()}; this is schema {SCHEMA_VERSION}")
    plan = machine_plan(found.get("machine"))
    rings = Rings(tuple(its.base for its in plan.its), plan.gic)
    steps = StepReader(rings)
    plan = steps.with_setup(plan, found.get("machine"))
    tasks = task_plans(found["tasks"], plan, steps)
    vcpus = layout.MAX_VCPUS if any(step.op.name == "create_vcpu" for step in all_steps(plan, tasks)) else plan.vcpus
    title = found["title"].text().strip()
    if not title or "\n" in title:
        found["title"].fail("is to be the claim, in one line")
    return Scenario(
        name=name,
        path=path,
        text=text,
        title=title,
        about=optional_text(found.get("about")),
        machine=plan,
        tasks=tasks,
        faults=fault_budget(found.get("faults")),
        expectations=judged(path, tuple(expectations(found, steps.labels, vcpus)), tasks, failing="faults" in found),
    )


def judged(
    path: str, expected: tuple[Expectation, ...], tasks: Sequence[TaskPlan], *, failing: bool
) -> tuple[Expectation, ...]:
    """Expectations that can be judged. Raises ScenarioError for 'serial' over too many steps, or with faults."""
    for each in expected:
        if "serial" in each.facts and failing:
            raise ScenarioError(f"{path}:{each.line}", "serial: is not judged where 'faults' may happen")
        if "serial" in each.facts and count_orders(tasks) > MAX_ORDERS:
            why = f"serial: the steps have more than {MAX_ORDERS} orders; it is not judged then"
            raise ScenarioError(f"{path}:{each.line}", why)
    return expected


def all_steps(plan: MachinePlan, tasks: Sequence[TaskPlan]) -> Iterator[Step]:
    """The steps before the race, those of the machine's own set-up left out, then those of every task."""
    yield from (step for step in plan.setup if step.written)
    for task in tasks:
        yield from task.steps


def optional_text(node: Node | None) -> str:
    """A text, or nothing."""
    return "" if node is None else node.text().strip()


__all__ = ["ScenarioError", "find", "load", "parse"]
