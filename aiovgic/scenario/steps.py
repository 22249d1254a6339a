"""Steps: one operation or shorthand each, with a label if its result is to be known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiovgic.record.operation import worded
from aiovgic.scenario.scenario import MachinePlan, Step
from aiovgic.scenario.setup import machine_ops
from aiovgic.scenario.shorthand import COMMANDS, GUEST_SHORTHANDS, SHORTHANDS, Rings, unknown_step
from aiovgic.uapi.fields import LABEL_CHARS, integer
from aiovgic.uapi.guest_ops import copyable
from aiovgic.uapi.operations import OPERATIONS, operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiovgic.scenario.nodes import Node

KNOWN = [*OPERATIONS, *SHORTHANDS]
EXTRAS = ("as", "note")
MAX_STEPS = 1000
"""The most steps that a scenario may have as written: a report of a longer race cannot be understood."""

SETUP = ""
"""Where a task's name stands, in the set-up."""

GUEST_MEMORY = ("mem_write", "mem_read")
"""Operations that a guest does, too: it copies a range of its own memory."""


class StepReader:
    """Reads the steps of a scenario, in order; labels must differ."""

    def __init__(self, rings: Rings) -> None:
        self.rings = rings
        self.left = MAX_STEPS
        """How many steps there may still be."""
        self.labels: dict[str, int] = {}
        self.commander: dict[int, str] = {}
        """Which task sends commands to each ITS."""

    def with_setup(self, plan: MachinePlan, node: Node | None) -> MachinePlan:
        """The machine with all it takes to set it up. Raises ScenarioError."""
        try:
            made = [Step(op, node.line if node else 0) for op in machine_ops(plan, self.rings)]
        except ValueError as error:
            assert node is not None, "the plain machine has room"
            node.fail(f"its: {error}")
        found = node.keys(tuple(dict(node.items()))) if node is not None else {}
        if "setup" in found:
            made += self.steps(found["setup"], SETUP, None)
        return replace(plan, setup=tuple(made))

    def steps(self, node: Node, task: str, vcpu: int | None) -> Sequence[Step]:
        """The steps of one task; ``vcpu`` if a guest does them. Raises ScenarioError."""
        self.rings.next_task()
        written = node.list("a list of steps")
        self.left -= len(written)
        if self.left < 0:
            node.fail(f"is too long: a scenario has at most {MAX_STEPS} steps")
        return tuple(step for each in written for step in self.step(each, task, vcpu))

    def step(self, node: Node, task: str, vcpu: int | None) -> Sequence[Step]:
        """One step, which may stand for several operations. Raises ScenarioError."""
        name, fields, label = self.parts(node)
        raw = dict(fields.plain()) if fields is not None else {}
        place = fields or node
        if name in COMMANDS:
            self.check_commander(raw, task, place)
        try:
            ops = self.operations(name, raw, vcpu)
        except ValueError as error:
            node.fail(str(error))
        for op in ops:
            self.rings.taking.saw(op)
        written = " ".join((name, *(f"{key}={worded(value)}" for key, value in raw.items())))
        last = len(ops) - 1
        return [Step(op, node.line, label if i == last else "", written, more=i != last) for i, op in enumerate(ops)]

    def operations(self, name: str, raw: Mapping[str, object], vcpu: int | None) -> Sequence[Operation]:
        """The operations of a step. Raises ValueError."""
        if name in SHORTHANDS:
            if vcpu is None and name in GUEST_SHORTHANDS:
                raise ValueError(f"{name}: only a vCPU's guest does this")
            if vcpu is not None and name not in GUEST_SHORTHANDS:
                raise ValueError(f"{name}: no guest does this; a thread does")
            return self.rings.expand(name, raw, vcpu or 0)
        shape = OPERATIONS.get(name)
        if shape is None:
            raise unknown_step(name, KNOWN)
        if vcpu is None:
            return [operation(name, raw)]
        if not shape.guest and name not in GUEST_MEMORY:
            raise ValueError(f"{name}: no guest does this; a thread does")
        if "vcpu" in raw:
            raise ValueError(f"{name}: vcpu: the task says which vCPU")
        return [copyable(operation(name, {"vcpu": vcpu, **raw} if shape.guest else raw))]

    def parts(self, node: Node) -> tuple[str, Node | None, str]:
        """The operation's name, its fields, and the step's label. Raises ScenarioError."""
        if isinstance(node.value, str):
            return node.value, None, ""
        found = dict(node.items("an operation"))
        label = ""
        if "as" in found:
            label = self.label(found["as"])
        names = [key for key in found if key not in EXTRAS]
        if len(names) != 1:
            node.fail(f"is to be one operation, not {len(names)}")
        fields = found[names[0]]
        if fields.value is None:
            return names[0], None, label
        dict(fields.items("the operation's fields"))
        return names[0], fields, label

    def label(self, node: Node) -> str:
        """A new label. Raises ScenarioError."""
        label = node.text()
        if not (label[:1].isalpha() and LABEL_CHARS.issuperset(label)):
            node.fail(f"{label!r} is no label: letters, digits, '_', '.', '-', a letter first")
        if label in self.labels:
            node.fail(f"the label {label!r} is in line {self.labels[label]} already")
        self.labels[label] = node.line
        return label

    def check_commander(self, raw: Mapping[str, object], task: str, node: Node) -> None:
        """One task sends the commands of one ITS: guests keep a lock around its ring. Raises ScenarioError."""
        try:
            its = integer(raw.get("its", 0))
        except ValueError:
            return  # the step itself says what is wrong
        other = self.commander.setdefault(its, task)
        if task and other and other != task:
            node.fail(
                f"task {other!r} sends commands to ITS {its} already; "
                "let one task do it, or write ring and GITS_CWRITER yourself"
            )
        self.commander[its] = task


if TYPE_CHECKING:
    from aiovgic.record.operation import Operation
