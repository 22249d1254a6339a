"""An excuse for an unqueued interrupt holds until KVM would decide again, whatever a layer does then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.bugs.structures.flush_unstopped import FlushKeepsLatch
from aiovgic.model.inject import Injector
from aiovgic.model.irq import Irq
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces
from tests.lab.test_unqueued import LINE_COUNTS, LPIS_OFF, OFF_THEN_ON, TARGET_COMES_LATER, found

if TYPE_CHECKING:
    from aiovgic.model.mmio import Access
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Layer

MSI = "{int: {device: 2, event: 1}}"
SET_PENDING = "{mmio_write: {addr: 0x08000204, size: 4, value: 0x2}}"
DISABLE = "{mmio_write: {addr: 0x08000184, size: 4, value: 0x2}}"
ENABLE = "{mmio_write: {addr: 0x08000104, size: 4, value: 0x2}}"
ACTIVATE = "{mmio_write: {addr: 0x08000304, size: 4, value: 0x2}}"
GROUP = "{mmio_write: {addr: 0x08000084, size: 4, value: 0x2}}"
PRIORITY = "{mmio_write: {addr: 0x08000420, size: 4, value: 0x80808080}}"
LINE_DOWN, LINE_UP = (f"{{irq_line: {{irq: 0x01000021, level: {level}}}}}" for level in (0, 1))
LPIS_ON = "{mmio_write: {addr: 0x080a0000, size: 4, value: 1}}"

LPIS_OFF_THEN = """
tasks:
  vmm: {vcpu: 1, steps: [
    {int: {device: 2, event: 1}},
    {mmio_write: {addr: 0x080a0000, size: 4, value: 0}}]}
"""


def then(tasks: str, *steps: str) -> str:
    """Tasks of which the last one does more steps at its end."""
    body = tasks.rstrip()
    assert body.endswith("]}")
    return f"{body[:-2]}, {', '.join(steps)}]}}\n"


@replaces(LpiControl)
class SecondMsiReturns(LpiControl):
    """A what-if: an MSI for an LPI that is pending already is dropped."""

    async def set_pending(self, irq: Irq) -> None:
        await irq.irq_lock.acquire()
        if irq.pending_latch and irq.vcpu is None:
            irq.pending_latch = True
            irq.irq_lock.release()
            return
        irq.pending_latch = True
        await irq.queue_irq_unlock()


@replaces(Irq)
class PendingReturns(Irq):
    """A what-if: an interrupt is looked at only when it becomes pending; the oracle is not asked again."""

    async def queue_irq_unlock(self) -> bool:
        if self.vcpu is None and self.is_pending() and self.vm.dist.enabled:
            self.irq_lock.release()
            return False
        return await super().queue_irq_unlock()


@replaces(IrqBanks)
class BanksQueueOnce(IrqBanks):
    """A what-if: a register that is written about a pending interrupt queues nothing."""

    async def write_senable(self, at: Access, value: int) -> None:
        for irq in self.marked(at, value):
            await irq.irq_lock.acquire()
            irq.enabled = True
            if irq.pending_latch or irq.line_level:
                irq.irq_lock.release()
            else:
                await irq.queue_irq_unlock()

    async def write_spending(self, at: Access, value: int) -> None:
        for irq in self.marked(at, value):
            await irq.irq_lock.acquire()
            was_pending, irq.pending_latch = irq.pending_latch, True
            if was_pending:
                irq.irq_lock.release()
            else:
                await irq.queue_irq_unlock()

    async def write_group(self, at: Access, value: int) -> None:
        for i, irq in self.irqs(at, 1):
            async with irq.irq_lock:
                irq.group = value >> i & 1

    async def change_active(self, at: Access, irq: Irq, *, active: bool) -> None:
        async with irq.irq_lock:
            irq.active = active


@replaces(Injector)
class LinesQueueNothing(Injector):
    """A what-if: an input line that rises queues nothing."""

    async def inject_irq(self, vcpu: Vcpu | None, intid: int, *, level: bool, owner: object = None) -> None:
        irq = self.vm.find_irq(vcpu, intid)
        assert irq is not None
        async with irq.irq_lock:
            irq.apply_level(level=level)


SPI_OFF_THEN_ON = f"""
tasks:
  vmm: {{vcpu: 1, steps: [
    {ENABLE},
    {{mmio_write: {{addr: 0x08000000, size: 4, value: 0x10}}}},
    {SET_PENDING},
    {{mmio_write: {{addr: 0x08000000, size: 4, value: 0x12}}}}]}}
"""

LINE_COUNTS_THEN = """
  setup:
    - {mmio_write: {vcpu: 0, addr: 0x08000c08, size: 4, value: 0}}
    - {irq_line: {irq: 0x01000021, level: 1}}
    - {mmio_write: {vcpu: 0, addr: 0x08000c08, size: 4, value: 0x8}}
    - {mmio_write: {vcpu: 0, addr: 0x08000104, size: 4, value: 0x2}}
    - {mmio_write: {vcpu: 0, addr: 0x08000c08, size: 4, value: 0x0}}
tasks:
  vmm: {thread: vmm, steps: [{irq_line: {irq: 0x01000020, level: 0}}]}
"""

IGNORED = [
    pytest.param(then(OFF_THEN_ON, MSI), (SecondMsiReturns,), id="distributor off, MSI"),
    pytest.param(then(OFF_THEN_ON, MSI), (PendingReturns,), id="distributor off, MSI, queue_irq_unlock"),
    pytest.param(then(SPI_OFF_THEN_ON, SET_PENDING), (BanksQueueOnce,), id="distributor off, ISPENDR"),
    pytest.param(then(SPI_OFF_THEN_ON, DISABLE, ENABLE), (BanksQueueOnce,), id="distributor off, ISENABLER"),
    pytest.param(then(SPI_OFF_THEN_ON, ENABLE), (BanksQueueOnce,), id="distributor off, ISENABLER again"),
    pytest.param(then(SPI_OFF_THEN_ON, ACTIVATE), (BanksQueueOnce,), id="distributor off, ISACTIVER"),
    pytest.param(then(SPI_OFF_THEN_ON, GROUP), (BanksQueueOnce,), id="distributor off, IGROUPR"),
    pytest.param(then(TARGET_COMES_LATER, SET_PENDING), (BanksQueueOnce,), id="no target, ISPENDR"),
    pytest.param(then(LPIS_OFF_THEN, LPIS_ON, MSI), (FlushKeepsLatch, SecondMsiReturns), id="LPIs off, MSI"),
    pytest.param(then(LINE_COUNTS, DISABLE, ENABLE), (BanksQueueOnce,), id="a line counts, ISENABLER"),
    pytest.param(then(LINE_COUNTS_THEN, LINE_DOWN, LINE_UP), (LinesQueueNothing,), id="a line counts, a new level"),
]


@pytest.mark.parametrize(("tasks", "layers"), IGNORED)
def test_a_layer_that_ignores_the_next_occasion_is_not_excused(tasks: str, layers: tuple[Layer, ...]) -> None:
    assert found(tasks, layers) == ("not-queued", [])


@pytest.mark.parametrize(("tasks", "layers"), IGNORED)
def test_kvm_queues_the_interrupt_at_the_next_occasion(tasks: str, layers: tuple[Layer, ...]) -> None:
    of_kvm = tuple(layer for layer in layers if layer is FlushKeepsLatch)
    assert found(tasks, of_kvm) == ("", [])


KEPT = [
    pytest.param(then(SPI_OFF_THEN_ON, PRIORITY), (), "unqueued-distributor-off", id="distributor off, IPRIORITYR"),
    pytest.param(then(LPIS_OFF_THEN, LPIS_ON), (FlushKeepsLatch,), "unqueued-lpis-off", id="LPIs off and on"),
]


@pytest.mark.parametrize(("tasks", "layers", "name"), KEPT)
def test_the_reason_stays_where_kvm_decides_nothing(tasks: str, layers: tuple[Layer, ...], name: str) -> None:
    assert found(tasks, layers) == ("", [name])


@replaces(Irq)
class BlindOracle(Irq):
    """A what-if: KVM finds no vCPU for an interrupt, and looks at nothing."""

    def target_oracle(self) -> Vcpu | None:
        return None


def test_the_search_tries_both_orders_of_the_steps_that_make_a_reason() -> None:
    tasks = """
  setup:
    - {mmio_write: {vcpu: 0, addr: 0x08000000, size: 4, value: 0x10}}
tasks:
  nic: {vcpu: 0, steps: [{int: {device: 2, event: 1}}]}
  vmm: {vcpu: 1, steps: [{mmio_write: {addr: 0x08000000, size: 4, value: 0x12}}]}
"""
    assert found(tasks, (BlindOracle,)) == ("not-queued", ["unqueued-distributor-off"])


def test_a_layer_that_loses_nothing_new_is_excused_as_before() -> None:
    assert found(LPIS_OFF, (FlushKeepsLatch,)) == ("", ["unqueued-lpis-off"])
