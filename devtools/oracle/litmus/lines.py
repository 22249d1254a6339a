"""A race as lines of the probe (``probe/scenario.h``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError
from aiovgic.uapi.constants import DeviceType
from aiovgic.uapi.operations import OPERATIONS
from devtools.oracle.lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.record.operation import Operation
    from aiovgic.scenario.scenario import Step
    from devtools.oracle.litmus.race import Race

INJECTION_USEC = 4000
"""How long the kernel may take for the injection after an irqfd is signalled: a work item does it."""
MADE_BY = {"create_device": "dev", "create_vcpu": "vcpu"}
"""The kind of slot that an operation makes."""


class Lines:
    """Makes the lines of one race: knows the slots of devices and vCPUs, and the threads that have the vCPUs."""

    def __init__(self, race: Race) -> None:
        self.race = race
        self.made = {"dev": 0, "vcpu": 0}
        self.slots: dict[tuple[str, str], int] = {}
        """By kind and label."""
        self.owners: dict[int, int] = {}
        """The thread that runs a vCPU in the race, by its slot."""
        self.itses = 0

    def text(self, number: int, rounds: int, seconds: float, seed: int) -> str:
        """The race as the probe reads it. Raises ScenarioError for a step that the probe cannot perform."""
        tasks = self.race.scenario.tasks
        setup = [(step, self.line(step)) for step in self.race.scenario.machine.setup]
        racing = [f"t {thread} {self.line(step, thread)}" for thread, task in enumerate(tasks) for step in task.steps]
        final = [(step, self.line(step)) for step in self.race.final]
        head = f"B {number} {rounds} {seconds:g} {seed} {len(tasks)}"
        pause = [f"f 0 Z {INJECTION_USEC}"] if pauses(self.race) else []
        alone = (*self.alone("s", setup), *racing, *pause, *self.alone("f", final))
        return "\n".join((head, *alone, "E\n"))

    def alone(self, letter: str, lines: Sequence[tuple[Step, str]]) -> Iterator[str]:
        """Steps that do not race; a guest's step is performed by the thread that has its vCPU in the race."""
        for step, line in lines:
            thread = 0
            if OPERATIONS[step.op.name].guest:
                thread = self.owners.get(self.slot("vcpu", step.op.fields["vcpu"]), 0)
            yield f"{letter} {thread} {line}"

    def line(self, step: Step, thread: int | None = None) -> str:
        """One step, of a racing task if a thread is given. Raises ScenarioError."""
        op = step.op
        try:
            fields = {name: self.slot(name, value) if name in self.made else value for name, value in op.fields.items()}
            line = line_of(replace(op, fields=fields))
        except ValueError as error:
            raise ScenarioError(f"{self.race.scenario.path}:{step.line}", str(error)) from None
        if thread is not None and OPERATIONS[op.name].guest:
            self.owners.setdefault(fields["vcpu"], thread)
        if op.name in MADE_BY:
            return f"{line} {self.make(op, step.label)}"
        return line

    def make(self, op: Operation, label: str) -> int:
        """The slot of what an operation makes; it is known by its label, and by the model's own name of it."""
        kind = MADE_BY[op.name]
        slot = self.made[kind]
        self.made[kind] += 1
        name = f"vcpu{slot}"
        if kind == "dev":
            is_its = op.fields["type"] == DeviceType.ARM_VGIC_ITS
            name = f"its{self.itses}" if is_its else "vgic"
            self.itses += is_its
        self.slots.setdefault((kind, name), slot)
        if label:
            self.slots[kind, label] = slot
        return slot

    def slot(self, kind: str, handle: int | str) -> int:
        """The slot that a handle stands for. Raises ValueError for a label that no earlier step has."""
        if isinstance(handle, int):
            return handle
        try:
            return self.slots[kind, handle]
        except KeyError:
            raise ValueError(f"{kind}: no step before this one made {handle!r}") from None


def pauses(race: Race) -> bool:
    """Whether there is a pause before the final steps: an irqfd was signalled."""
    return any(step.op.name == "irqfd_signal" for task in race.scenario.tasks for step in task.steps)
