"""A scenario: a machine, tasks that race on it, and what must hold at the end. Data, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiovgic.model.faults import FaultBudget
from aiovgic.model.host import Host
from aiovgic.record.digest import of_data, of_python

if TYPE_CHECKING:
    from aiovgic.record.operation import Operation
    from aiovgic.scenario.guest_program import Body
    from aiovgic.scenario.shorthand import Rings

SCHEMA_VERSION = 1
LARGEST_DECIMAL = 0xFFFF
"""What is above is an address, and shown in hexadecimal."""

EXPECTED = ("always", "never", "sometimes")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a task, and the label its result is known by."""

    op: Operation
    line: int
    label: str = ""
    written: str = ""
    """What the file says: the operation, or the shorthand that expanded to it."""
    more: bool = False
    """Whether the next step belongs to the same line of the file."""


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """One task: a thread of userspace, a vCPU in one KVM_RUN, or an interrupt handler of the host."""

    name: str
    steps: Sequence[Step]
    cpu: int
    vcpu: int | None = None
    isr: bool = False
    thread: str = ""
    """What userspace calls the thread, if it is one."""
    body: Body | None = None
    """What it does in place of steps, if it is written in Python."""


@dataclass(frozen=True, slots=True)
class ItsPlan:
    """An ITS of the machine, and how far it is set up."""

    base: int
    state: str
    devices: Mapping[int, int] = field(default_factory=dict)
    """EventIDs by DeviceID."""


@dataclass(frozen=True, slots=True)
class LpiPlan:
    """An LPI of the machine: the event that maps it and the vCPU it goes to."""

    lpi: int
    device: int
    event: int
    vcpu: int
    its: int = 0
    priority: int = 0xA0
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """What is there before the race."""

    vcpus: int = 1
    gic: str = "v3"
    nr_irqs: int = 64
    ready: bool = True
    """Whether the guest has enabled distributor, CPU interfaces and LPIs."""
    host: Host = field(default_factory=Host)
    its: Sequence[ItsPlan] = ()
    lpis: Sequence[LpiPlan] = ()
    setup: Sequence[Step] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """One group of things that hold together: in every outcome, in none, or in some."""

    when: str
    line: int
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    """By the name of a fact (delivered, taken, pending, lost, bus, mmio, memory): what it must say."""

    @property
    def written(self) -> str:
        """What it says, in few words."""
        parts = [f"{label}: {words(result)}" for label, result in self.results.items()]
        parts += [f"{name}: {words(fact)}" for name, fact in self.facts.items()]
        return "; ".join(parts)

    @property
    def placed(self) -> str:
        """What it says, in few words, after its line if it has one."""
        return f"line {self.line}: {self.written}" if self.line else self.written

    @property
    def rule(self) -> str:
        """How findings call it."""
        return f"{self.when}, line {self.line}" if self.line else self.when


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file of the shape that ``aiovgic schema`` prints."""

    name: str
    path: str
    text: str
    title: str
    about: str
    machine: MachinePlan
    tasks: Sequence[TaskPlan]
    expectations: Sequence[Expectation]
    faults: FaultBudget = field(default_factory=FaultBudget)
    """How much may fail while the tasks race."""
    rings: Rings | None = None
    """How far the set-up has written each ITS's ring, for tasks that are written in Python."""
    body: Callable[..., Coroutine[Any, Any, None]] | None = None
    """A function of the whole execution, which starts the tasks."""
    again: str = ""
    """What shows an execution again, '{schedule}' being its schedule and '{more}' what else a call has to say.

    Nothing stands for 'aiovgic replay'.
    """

    @property
    def digest(self) -> str:
        """A hash of the parsed scenario, without comments and layout. A replay refuses a changed one by it."""
        parsed = (self.machine, self.tasks, self.expectations, self.faults)
        return of_data((parsed, of_python(self.text) if self.in_python else ""))

    @property
    def in_python(self) -> bool:
        """Whether tasks are functions, so that only Python can make it again."""
        return self.body is not None or any(task.body is not None for task in self.tasks)


def words(value: Any) -> str:
    """A piece of an expectation in few words."""
    match value:
        case bool() | None:
            return "null" if value is None else str(value).lower()
        case int():
            return hex(value) if value > LARGEST_DECIMAL else str(value)
        case Mapping():
            return f"{{{', '.join(f'{words(key)}: {words(each)}' for key, each in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(words, value))}]"
        case bytes():
            return value.hex()
        case _:
            return str(value)
