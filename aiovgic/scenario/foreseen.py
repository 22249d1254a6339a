"""What the tasks of a scenario may do, decided before the race from their operations and their compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.scenario.reach import Reach
from aiovgic.uapi.files import CHANGING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.scenario.scenario import Scenario

ENDS_VM = "destroy_vm"


def ends_vm(scenario: Scenario) -> bool:
    """Whether the set-up or a racing task may end the VM: running ioctls are counted then."""
    return any(step.op.name == ENDS_VM for step in scenario.machine.setup) or may_do(scenario, (ENDS_VM,))


def may_do(scenario: Scenario, names: Sequence[str]) -> bool:
    """Whether a racing task has one of these operations as a step, or its code mentions one by name."""
    if any(step.op.name in names for plan in scenario.tasks for step in plan.steps):
        return True
    bodies = [scenario.body, *(plan.body for plan in scenario.tasks)]
    return any(mentions(body, names) for body in bodies if body is not None)


def changes_descriptors(scenario: Scenario) -> bool:
    """Whether a racing task may make or close a descriptor; a thread written in Python may."""
    threads = any(plan.body is not None and plan.vcpu is None for plan in scenario.tasks)
    return threads or may_do(scenario, CHANGING)


def mentions(body: object, names: Sequence[str]) -> bool:
    """Whether the code of a task, or a function of the user's that it reaches, mentions one of these names."""
    reach = Reach(body)
    return any(name in reach.names or name in reach.strings for name in names)
