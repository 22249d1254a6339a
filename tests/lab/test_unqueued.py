"""An interrupt that KVM leaves unqueued on purpose is excused and printed; any other one is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.bugs.structures.flush_unstopped import FlushKeepsLatch
from aiovgic.engine.excuses import Excuses
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.model.irq import Irq
from aiovgic.revisions.excuses import EXCUSES, UNQUEUED
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Excuse, Layer

HEAD = """
schema: 1
title: An interrupt that is not queued when it becomes due
machine:
  vcpus: 3
  its: [{device: 2}]
  lpis: [{lpi: 8192, device: 2, event: 1}]
"""

ON = """
tasks:
  guest: {vcpu: 0, steps: [wfi]}
  vmm: {vcpu: 1, steps: [{int: {device: 2, event: 1}}]}
"""

OFF_THEN_ON = """
tasks:
  guest: {vcpu: 0, steps: [wfi]}
  vmm: {vcpu: 1, steps: [
    {mmio_write: {addr: 0x08000000, size: 4, value: 0x10}},
    {int: {device: 2, event: 1}},
    {mmio_write: {addr: 0x08000000, size: 4, value: 0x12}}]}
"""

TARGET_COMES_LATER = """
tasks:
  guest: {vcpu: 0, steps: [wfi]}
  vmm: {vcpu: 1, steps: [
    {mmio_write: {addr: 0x08006108, size: 8, value: 0xff}},
    {mmio_write: {addr: 0x08000104, size: 4, value: 0x2}},
    {mmio_write: {addr: 0x08000204, size: 4, value: 0x2}},
    {mmio_write: {addr: 0x08006108, size: 8, value: 0}}]}
"""

LINE_COUNTS = """
  setup:
    - {mmio_write: {vcpu: 0, addr: 0x08000c08, size: 4, value: 0}}
    - {irq_line: {irq: 0x01000021, level: 1}}
tasks:
  guest: {vcpu: 0, steps: [wfi]}
  vmm: {vcpu: 1, steps: [
    {mmio_write: {addr: 0x08000c08, size: 4, value: 0x8}},
    {mmio_write: {addr: 0x08000104, size: 4, value: 0x2}},
    {mmio_write: {addr: 0x08000c08, size: 4, value: 0x0}}]}
"""

LPIS_OFF = """
tasks:
  vmm: {vcpu: 1, steps: [{int: {device: 2, event: 1}}]}
  other: {vcpu: 2, steps: [{mmio_write: {addr: 0x080a0000, size: 4, value: 0}}]}
"""


@replaces(Irq)
class NeverQueues(Irq):
    """A what-if: an interrupt that becomes due is not queued."""

    async def queue_irq_unlock(self) -> bool:
        self.target_oracle()
        self.irq_lock.release()
        return False


@replaces(Irq)
class BelongsNowhere(Irq):
    """A what-if: KVM finds no vCPU for an interrupt that is due, whatever its state."""

    def target_oracle(self) -> Vcpu | None:
        super().target_oracle()
        return None


def found(tasks: str, layers: tuple[Layer, ...] = (), entries: tuple[Excuse, ...] = EXCUSES) -> tuple[str, list[str]]:
    """The rule that a search finds broken, and the names of the excuses that it used."""
    excuses = Excuses.of(entries)
    program = ScenarioProgram(parse(HEAD + tasks, "unqueued.yaml", "unqueued"), layers, excuses)
    search = explore(program, DporStrategy(), 500)
    return "" if search.broken is None else search.broken.rule, list(excuses.used)


CASES = [
    pytest.param(OFF_THEN_ON, (), "unqueued-distributor-off", id="distributor off"),
    pytest.param(TARGET_COMES_LATER, (), "unqueued-no-target", id="no target"),
    pytest.param(LINE_COUNTS, (), "unqueued-line-counts", id="a line counts"),
    pytest.param(LPIS_OFF, (FlushKeepsLatch,), "unqueued-lpis-off", id="LPIs off"),
]


@pytest.mark.parametrize(("tasks", "layers", "name"), CASES)
def test_what_kvm_leaves_unqueued_is_excused_by_name(tasks: str, layers: tuple[Layer, ...], name: str) -> None:
    assert found(tasks, layers) == ("", [name])


@pytest.mark.parametrize(("tasks", "layers", "name"), CASES)
def test_without_its_excuse_it_is_a_lost_interrupt(tasks: str, layers: tuple[Layer, ...], name: str) -> None:
    others = tuple(each for each in EXCUSES if each.name != name)
    assert found(tasks, layers, others) == ("not-queued", [])


def test_every_excuse_for_an_unqueued_interrupt_has_its_case() -> None:
    assert sorted(each.name for each in UNQUEUED) == sorted(str(case.values[2]) for case in CASES)


@pytest.mark.parametrize("layer", [NeverQueues, BelongsNowhere])
def test_an_interrupt_that_is_lost_for_another_reason_is_a_finding(layer: Layer) -> None:
    assert found(ON, (layer,)) == ("not-queued", [])
