"""Whatever happens in whatever order, every interrupt is where it says it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aiovgic.engine.program import TaskSpec
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.model.facts import irqs
from aiovgic.model.irq import Config
from aiovgic.scenario.scenario import MachinePlan
from aiovgic.scenario.setup import machine_ops
from aiovgic.scenario.shorthand import Rings
from aiovgic.sync import Runtime
from aiovgic.uapi.machine import Machine
from aiovgic.uapi.operations import operation
from tests.machines import DIST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.model.vm import Vm
    from aiovgic.record.finding import Violation
    from aiovgic.record.operation import Operation, Result

SPIS = range(32, 38)
SPI_LINE = 1 << 24
VCPUS = (0, 1)

spi = st.sampled_from(SPIS)


def store(offset: int, value: int, size: int = 4) -> dict[str, Any]:
    """A guest's store to the distributor."""
    return {"name": "mmio_write", "addr": DIST + offset, "size": size, "value": value}


lines = st.builds(lambda intid, level: {"irq": SPI_LINE | intid, "level": level}, spi, st.booleans())
guest_steps = st.one_of(
    st.just({"name": "sysreg_read", "reg": "ICC_IAR1"}),
    st.just({"name": "sysreg_write", "reg": "ICC_EOIR1", "value_from_read": 1}),
    st.just({"name": "run"}),
    st.builds(lambda reg, intid: store(reg + 4, 1 << intid - 32), st.sampled_from([0x100, 0x180, 0x200, 0x280]), spi),
    st.builds(lambda intid, vcpu: store(0x6000 + 8 * intid, vcpu, 8), spi, st.sampled_from(VCPUS)),
    st.builds(lambda intid, level: store(0x400 + intid, 8 * level, 1), spi, st.integers(0, 31)),
    st.builds(
        lambda value, intid: {"name": "sysreg_write", "reg": "ICC_SGI1R", "value": intid << 24 | value},
        st.integers(1, 3),
        st.integers(0, 3),
    ),
)


def guest_op(vcpu: int, step: dict[str, Any]) -> Operation:
    """A guest's step on one vCPU."""
    fields = dict(step)
    return operation(fields.pop("name"), {"vcpu": vcpu, **fields})


class TwoVcpus:
    """Two vCPUs with six SPIs, half of them level-triggered, all of them enabled."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt
        self.machine = Machine(rt)
        self.actors = [self.machine.actor("setup")]
        for op in machine_ops(MachinePlan(vcpus=2), Rings(())):
            self.do(op)
        self.actors += [self.machine.actor(f"vcpu{vcpu}", self.actors[0]) for vcpu in VCPUS]
        for step in (store(0xC08, 0b101010), store(0x104, 0x3F)):
            self.do(guest_op(0, step))

    def do(self, op: Operation) -> None:
        """One operation, which must succeed."""
        result = self.rt.finish(self.machine.perform(self.actors[0], op))
        assert result["errno"] is None

    @property
    def vm(self) -> Vm:
        """The VM."""
        assert self.machine.session is not None
        return self.machine.session.vm

    async def line(self, fields: dict[str, Any]) -> None:
        """Change an input line."""
        await self.machine.perform(self.actors[0], operation("irq_line", fields))

    async def guest(self, vcpu: int, steps: Sequence[dict[str, Any]]) -> None:
        """One KVM_RUN in which a guest does these steps."""
        await self.machine.run_guest(self.actors[1 + vcpu], vcpu, [guest_op(vcpu, step) for step in steps], self.look)

    # -- what always holds --------------------------------------------------------------------

    def look(self, _number: int, _result: Result | None) -> None:
        """In guest mode: no interrupt is in two list registers."""
        held = [[lr.intid for lr in vcpu.hw.lrs] for vcpu in self.vm.vcpus.value]
        for lrs in held:
            assert len(set(lrs)) == len(lrs)
        shared = set(held[0]) & set(held[1])
        assert not [intid for intid in shared if intid in SPIS]

    def check(self) -> None:
        """While no task runs: every interrupt is on the list of its vCPU, once, and what is due is on one."""
        lists = {vcpu: list(vcpu.ap_list) for vcpu in self.vm.vcpus.value}
        for irq in irqs(self.vm):
            holders = [vcpu for vcpu, listed in lists.items() for other in listed if other is irq]
            assert holders == ([] if irq.vcpu is None else [irq.vcpu])
            if irq.enabled and irq.is_pending():
                assert irq.vcpu is not None
            if irq.config is Config.EDGE:
                assert not irq.line_level
        for vcpu in lists:
            assert vcpu.hw.lrs == []


@settings(max_examples=100, deadline=None)
@given(st.lists(lines.map(lambda fields: (None, fields)) | st.tuples(st.sampled_from(VCPUS), guest_steps), max_size=40))
def test_after_every_operation_every_interrupt_is_listed_where_it_says(
    steps: list[tuple[int | None, dict[str, Any]]],
) -> None:
    machine = TwoVcpus(Runtime())
    for vcpu, step in steps:
        machine.rt.finish(machine.line(step) if vcpu is None else machine.guest(vcpu, [step]))
        machine.check()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(guest_steps, max_size=12), st.lists(guest_steps, max_size=12), st.lists(lines, max_size=8), st.integers(0)
)
def test_on_every_schedule_every_interrupt_is_listed_where_it_says(
    first: list[dict[str, Any]], second: list[dict[str, Any]], levels: list[dict[str, Any]], seed: int
) -> None:
    outcome = Execution(
        Stage(partial(Race, first, second, levels), once=True, noting=False), RandomStrategy(seed)
    ).run()
    assert outcome.broken is None


class Race(TwoVcpus):
    """Both guests and the devices at once."""

    reached: tuple[int, ...] = ()

    def __init__(
        self,
        first: Sequence[dict[str, Any]],
        second: Sequence[dict[str, Any]],
        levels: Sequence[dict[str, Any]],
        rt: Runtime,
    ) -> None:
        super().__init__(rt)
        self.tasks = (
            TaskSpec("guest0", partial(self.guest, 0, first), 0),
            TaskSpec("guest1", partial(self.guest, 1, second), 1),
            TaskSpec("devices", partial(self.devices, levels), 2),
        )

    async def devices(self, levels: Sequence[dict[str, Any]]) -> None:
        """The lines that change."""
        for fields in levels:
            await self.line(fields)

    def quiet(self) -> Sequence[Violation]:
        """All are done; what does not hold is an AssertionError."""
        self.check()
        return ()

    def judge(self) -> Sequence[Violation]:
        """No outcome is wrong."""
        return ()

    def outcome(self) -> dict[str, Any]:
        """Nothing to compare."""
        return {}
