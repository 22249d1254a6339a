"""A layer that drops a lock is found, also on a field that KVM itself touches without one elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.lab.explore import explore
from aiovgic.scenario.loader import parse

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = """
from aiovgic.arch import gicd
from aiovgic.model.dist import Dist
from aiovgic.model.irq_banks import IrqBanks
from aiovgic.sync import replaces

@replaces(IrqBanks)
class PriorityWithoutLock(IrqBanks):
    async def write_priority(self, at, value):
        for i, irq in self.irqs(at, 8):
            irq.priority = value >> 8 * i & 0xF8

@replaces(Dist)
class CtlrWithoutLock(Dist):
    async def write_ctlr(self, at, value):
        self.enabled = gicd.Ctlr(value).enable_grp1
"""

HEAD = """
schema: 1
title: A write of a register against another one, and against an interrupt
machine:
  vcpus: 2
  setup: [{mmio_write: {vcpu: 0, addr: 0x08000104, size: 4, value: 0x2}}]
tasks:
"""

PRIORITY = """
  one: {vcpu: 0, steps: [{mmio_write: {addr: 0x08000420, size: 4, value: 0xa0a0}}]}
  other: {vcpu: 1, steps: [{mmio_write: {addr: 0x08000420, size: 4, value: 0x8080}}]}
"""

CTLR = """
  one: {vcpu: 0, steps: [{mmio_write: {addr: 0x08000000, size: 4, value: 0x10}}]}
  pin: {thread: pin, steps: [{irq_line: {irq: 0x01000021, level: 1}}]}
"""


@pytest.mark.parametrize(("tasks", "field"), [(PRIORITY, "priority"), (CTLR, "enabled")], ids=["IPRIORITYR", "CTLR"])
def test_a_register_written_without_its_lock_is_a_data_race(tasks: str, field: str, tmp_path: Path) -> None:
    path = tmp_path / "unlocked.py"
    path.write_text(LAYERS)
    scenario = parse(HEAD + tasks, "unlocked.yaml", "unlocked")
    clean = explore(scenario, budget=2_000)
    assert (clean.complete, clean.findings) == (True, ())
    found = explore(scenario, bugs=(path,), budget=2_000)
    assert {(each.kind, each.places[0].field) for each in found.findings} == {("data-race", field)}


WITHOUT_SECTION = """
from aiovgic.model.routing import Routing
from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import replaces

@replaces(Vcpu)
class AbortWithoutSection(Vcpu):
    async def handle_guest_abort(self, guest, trap):
        hit = await self.vm.bus.find(trap.addr, trap.size)
        guest.complete(await hit.device.read(self, trap.addr - hit.base, trap.size))

@replaces(Routing)
class RouteWithoutSection(Routing):
    async def set_irq_inatomic(self, gsi):
        return await self.find(gsi) is not None
"""

READ = """
  one: {vcpu: 0, steps: [{mmio_read: {addr: 0x08000004, size: 4}}]}
"""

PIN = """
  one: {thread: one, steps: [{irqfd: {gsi: 3}}, {irqfd_signal: {gsi: 3}}]}
"""


@pytest.mark.parametrize(("tasks", "domain"), [(READ, "vm.srcu"), (PIN, "routing.irq_srcu")], ids=["bus", "routes"])
def test_a_pointer_that_is_followed_outside_a_read_section_is_found(tasks: str, domain: str, tmp_path: Path) -> None:
    path = tmp_path / "without_section.py"
    path.write_text(WITHOUT_SECTION)
    scenario = parse(HEAD + tasks, "unlocked.yaml", "unlocked")
    assert explore(scenario).findings == ()
    (finding,) = explore(scenario, bugs=(path,)).findings
    assert (finding.kind, finding.rule) == ("lock-order", "not-held")
    assert f"is in no read section of {domain}" in finding.title
