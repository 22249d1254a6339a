"""The tasks section: what races."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiovgic.scenario.scenario import MachinePlan, TaskPlan
from aiovgic.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.scenario.nodes import Node
    from aiovgic.scenario.steps import StepReader

KEYS = ("thread", "vcpu", "isr", "cpu", "steps")
NAME = re.compile(r"[A-Za-z_][\w.-]*")
CPU_OF = "cpu-of "
MAX_CPU = 63
MAX_TASKS = 16


def task_plans(node: Node, machine: MachinePlan, steps: StepReader) -> Sequence[TaskPlan]:
    """All tasks, in the order they are written. Raises ScenarioError."""
    plans: dict[str, TaskPlan] = {}
    for name, each in node.items("a mapping of tasks"):
        if not NAME.fullmatch(name):
            each.fail(f"{name!r} is no name for a task")
        plans[name] = task_plan(name, each, machine, steps, plans)
    if not 0 < len(plans) <= MAX_TASKS:
        node.fail(f"is to have 1 to {MAX_TASKS} tasks")
    return tuple(plans.values())


def task_plan(name: str, node: Node, machine: MachinePlan, steps: StepReader, before: dict[str, TaskPlan]) -> TaskPlan:
    """One task: a thread, a vCPU or an interrupt handler. Raises ScenarioError."""
    found = node.keys(KEYS, required=("steps",))
    kinds = [key for key in ("thread", "vcpu", "isr") if key in found]
    if len(kinds) != 1:
        node.fail("is to be one of 'thread: NAME', 'vcpu: NUMBER', 'isr: cpu-of TASK'")
    vcpu, thread = None, ""
    cpu = found["cpu"].integer(0, MAX_CPU) if "cpu" in found else len(before)
    if "thread" in found:
        thread = thread_name(found["thread"], before)
    elif "vcpu" in found:
        vcpu = found["vcpu"].integer(0, max(machine.vcpus - 1, 0))
        if vcpu >= machine.vcpus:
            found["vcpu"].fail("the machine has no vCPU")
        for other in before.values():
            if other.vcpu == vcpu:
                found["vcpu"].fail(f"task {other.name!r} runs vCPU {vcpu} already")
    else:
        cpu = isr_cpu(found["isr"], before)
    return TaskPlan(
        name, steps.steps(found["steps"], name, vcpu), cpu=cpu, vcpu=vcpu, isr="isr" in found, thread=thread
    )


def thread_name(node: Node, before: dict[str, TaskPlan]) -> str:
    """What a thread is called; no two tasks are one thread. Raises ScenarioError."""
    name = node.text()
    if not NAME.fullmatch(name):
        node.fail(f"{shown(name)} is no name for a thread")
    for other in before.values():
        if other.thread == name:
            node.fail(f"task {other.name!r} is thread {shown(name)} already; a thread does one thing after the other")
    return name


def isr_cpu(node: Node, before: dict[str, TaskPlan]) -> int:
    """The CPU on which an interrupt handler comes. Raises ScenarioError."""
    text = node.text()
    other = before.get(text.removeprefix(CPU_OF))
    if not text.startswith(CPU_OF) or other is None:
        node.fail(f"is to be 'cpu-of TASK', with a task before this one; there are {', '.join(before) or 'none'}")
    return other.cpu
