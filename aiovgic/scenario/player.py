"""Playing a scenario: a fresh machine, its tasks, and what is judged when no task can go on."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

from aiovgic.check import quiet
from aiovgic.engine.program import TaskSpec
from aiovgic.errors import RefusedError, ScenarioError, UapiError
from aiovgic.model import invariants
from aiovgic.model.facts import facts, publication_facts
from aiovgic.record.finding import Violation
from aiovgic.record.operation import text_of
from aiovgic.scenario.cells import Cells
from aiovgic.scenario.deliveries import Deliveries, drain
from aiovgic.scenario.foreseen import changes_descriptors, ends_vm
from aiovgic.scenario.guest_program import Cpu, Kvm, ProgramGuest, claim, claims, coroutine_of
from aiovgic.scenario.interface import CpuInterface
from aiovgic.scenario.judge import judge
from aiovgic.scenario.layer_state import LayerState
from aiovgic.scenario.scenario import Step
from aiovgic.scenario.user_state import UserState
from aiovgic.sync import Interrupt
from aiovgic.uapi.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiovgic.engine.excuses import Excuses
    from aiovgic.model.vm import Vm
    from aiovgic.record.operation import Operation, Result
    from aiovgic.scenario.guest_program import Body
    from aiovgic.scenario.scenario import Scenario, TaskPlan
    from aiovgic.scenario.serial import SerialOrders
    from aiovgic.sync import Context, Layer, Runtime, Shared
    from aiovgic.uapi.actor import Actor


class ScenarioSession:
    """One machine, set up, and the tasks that will race on it."""

    def __init__(
        self, rt: Runtime, scenario: Scenario, layers: Sequence[Layer], serial: SerialOrders, excuses: Excuses
    ) -> None:
        self.rt = rt
        self.excuses = excuses
        self.scenario = scenario
        self.serial = serial
        self.results: dict[str, Result] = {}
        """By label."""
        self.deliveries = Deliveries(CpuInterface(scenario.machine.gic))
        self.reached: tuple[int, ...] = ()
        self.rings = deepcopy(scenario.rings)
        self.machine = Machine(
            rt,
            layers,
            host=scenario.machine.host,
            faults=scenario.faults,
            changing=changes_descriptors(scenario),
            destroying=ends_vm(scenario),
        )
        self.set_up = self.machine.actor("setup")
        self.at: Step | None = None
        """Which step of the set-up is under way."""
        try:
            rt.finish(self.set_up_machine())
        except Violation as error:
            raise self.not_set_up(error.finding.title) from error
        self.cells = self.machine.parts.make(Cells, "shared")
        """Words that tasks written in Python share."""
        self.user_state = UserState()
        """What those tasks can reach besides; the program of a search gives it."""
        self.layer_state = LayerState.of(self.machine, layers)

    @property
    def tasks(self) -> tuple[TaskSpec, ...]:
        """The racing tasks, in the order they are written in."""
        self.user_state.begins()
        self.check_layers()
        return tuple(
            TaskSpec(plan.name, partial(self.play, plan), plan.cpu, isr=plan.isr) for plan in self.scenario.tasks
        )

    @property
    def vm(self) -> Vm:
        """The VM there is."""
        assert self.machine.session is not None
        return self.machine.session.vm

    def has_vm(self) -> bool:
        """Whether there is a VM, and it is not on its way out."""
        return self.machine.session is not None and not self.machine.session.teardown.closed

    async def set_up_machine(self) -> None:
        """Everything that has happened before the race. Raises ScenarioError where it cannot."""
        for step in self.scenario.machine.setup:
            self.at = step
            result = await self.machine.perform(self.set_up, step.op)
            if result["errno"] is not None and not step.label:
                raise self.refused(step, result["errno"])
            self.note(step, result)
            self.name(step, result, self.set_up)
        for vcpu in self.set_up.vcpus:
            self.machine.labels.setdefault(vcpu.name, vcpu)
        for device in self.set_up.devices:
            if device is not None:
                self.machine.labels.setdefault(device.label, device)

    def refused(self, step: Step, errno: str) -> RefusedError:
        """A step of the set-up gives an errno, and has no label that expects one."""
        what = (
            f"machine.setup: {step.op}; a step that may fail needs an 'as'" if step.written else f"machine: {step.op}"
        )
        return RefusedError(self.place_of(step), step.line, errno, what)

    def not_set_up(self, why: str) -> ScenarioError:
        """The step of the set-up that is under way breaks a rule of the machine."""
        assert self.at is not None
        part = "machine.setup" if self.at.written else "machine"
        return ScenarioError(self.place_of(self.at), f"{part}: {self.at.op} cannot be done: {why}")

    def place_of(self, step: Step) -> str:
        """The file of a step, and the line if it has one."""
        return f"{self.scenario.path}:{step.line}" if step.line else self.scenario.path

    # -- tasks ------------------------------------------------------------------------------

    async def play(self, plan: TaskPlan) -> None:
        """One task from its first step to its last, or until it is killed."""
        if plan.isr:
            await Interrupt()
        await self.steps(plan, self.machine.actor(plan.name, self.set_up), plan.steps)

    async def steps(self, plan: TaskPlan, actor: Actor, steps: Sequence[Step]) -> None:
        """Some steps of a task, in order, unless it is killed."""
        if plan.body is not None:
            await self.play_body(plan, plan.body, actor)
            return
        if plan.vcpu is not None:
            await self.play_guest(actor, plan.vcpu, steps)
            return
        for step in steps:
            if self.rt.signalled():
                return
            self.rt.event("op", step.op.name, step.written)
            result = await self.machine.perform(actor, step.op)
            self.note(step, result)
            self.name(step, result, actor)

    async def play_guest(self, actor: Actor, index: int, steps: Sequence[Step]) -> None:
        """A vCPU's thread: one KVM_RUN for all these steps of its guest."""

        def watch(number: int, result: Result | None) -> None:
            step = steps[number]
            if result is None:
                self.rt.event("op", step.op.name, step.written)
                return
            self.note(step, result)
            self.deliveries.note(step.op, result, actor.vcpu(index).name)

        try:
            await self.machine.run_guest(actor, index, [step.op for step in steps], watch)
        except UapiError as error:
            self.rt.event("ret", "run", error.name)

    async def play_body(self, plan: TaskPlan, body: Body, actor: Actor) -> None:
        """A task that is written in Python. Raises Violation for an assertion that does not hold."""
        if plan.vcpu is not None:
            await self.run_body(body, actor, plan.vcpu)
            return
        try:
            await coroutine_of(body, self.kvm(lambda: actor))
        except claims() as error:
            raise claim(error) from error

    async def run_body(self, body: Body, actor: Actor, index: int, label: str = "") -> Result:
        """Run a guest that is written in Python, in one KVM_RUN; its result, known by the label if there is one."""
        assert self.rings is not None

        def watch(number: int, result: Result | None) -> None:
            step = Step(guest.steps[number], 0, guest.labels[number], str(guest.steps[number]))
            if result is None:
                self.rt.event("op", step.op.name, step.written)
                return
            self.note(step, result)
            self.deliveries.note(step.op, result, actor.vcpu(index).name)

        guest = ProgramGuest(actor, Cpu(index, self.rings, self.cells), body, watch)
        result: Result = {"ret": 0, "errno": None}
        try:
            await self.machine.enter(actor, index, guest)
        except UapiError as error:
            self.rt.event("ret", "run", error.name)
            result = {"ret": -1, "errno": error.name}
        if label:
            self.results[label] = result
        return result

    def kvm(self, thread: Callable[[], Actor]) -> Kvm:
        """What a thread that is written in Python works with; ``thread`` gives it when it performs an operation."""
        assert self.rings is not None

        async def perform(op: Operation, label: str) -> Result:
            step, actor = Step(op, 0, label, str(op)), thread()
            self.rt.event("op", op.name, step.written)
            result = await self.machine.perform(actor, op)
            self.note(step, result)
            self.name(step, result, actor)
            return result

        return Kvm(perform, self.rings, self.cells)

    def note(self, step: Step, result: Result) -> None:
        """A step has its result."""
        if self.rt.racing:
            self.check_layers()
        label = f" as {step.label}" if step.label else ""
        self.rt.event("ret", f"{step.op.name}{label}", partial(text_of, result))
        if step.label:
            self.results[step.label] = result

    def check_layers(self) -> None:
        """Check that a user's layers have changed nothing unseen. Raises ScenarioError with the layer's file and line.

        An execution begins without such a change; a change that a task takes back later is seen when a step of another
        task ends in between.
        """
        if self.layer_state is not None:
            self.layer_state.check()

    def name(self, step: Step, result: Result, actor: Actor) -> None:
        """What a step made is known by the step's label, in all tasks."""
        if not step.label or result["errno"] is not None:
            return
        if step.op.name == "create_vcpu":
            self.machine.labels[step.label] = actor.vcpus[-1]
        elif "dev" in result:
            self.machine.labels[step.label] = actor.device(result["dev"])

    # -- the end ----------------------------------------------------------------------------

    def quiet(self) -> Sequence[Violation]:
        """What breaks a rule at a quiet point. Raises ScenarioError for state that a user's layer does not declare."""
        self.check_layers()
        if not self.has_vm():
            return ()
        found = facts(self.vm)
        for name, value in found.items():
            self.rt.event("fact", name, partial(text_of, value))
        return self.excuses.unexcused(quiet.violations(found))

    def published(self, word: Shared[Any]) -> Sequence[Violation]:
        """What a word that was published says to be ready, and is not."""
        return quiet.violations(publication_facts(self.vm, word), quiet.PUBLISHED) if self.has_vm() else ()

    def settles(self, me: Context) -> bool:
        """Whether a task is in its guest, where `settled` may find an interrupt that it will never learn of."""
        return self.machine.session is not None and any(invariants.in_guest(self.vm, me))

    def settled(self, me: Context) -> Sequence[Violation]:
        """What a vCPU that ``me`` runs will never learn, if no other task runs any more."""
        unheard = [] if self.machine.session is None else invariants.unheard(self.vm, me)
        return quiet.violations({"unheard": unheard}, quiet.SETTLED) if unheard else ()

    def judge(self) -> Sequence[Violation]:
        """What this outcome breaks, all tasks being over; also which 'sometimes' it reaches."""
        self.rt.finish(drain(self.machine, self.set_up, self.deliveries))
        self.reached, violations = judge(self)
        return violations

    def outcome(self) -> dict[str, Any]:
        """What can be seen at the end."""
        return {
            "results": {label: self.results[label] for label in sorted(self.results)},
            "delivered": [[intid, vcpu] for intid, vcpu in self.deliveries.taken],
            **self.cells.outcome(),
        }
