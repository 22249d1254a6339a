"""An interrupt that is due only after its target changed stays on the list of a vCPU that does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.excuses import Excuses
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.revisions import layers_of
from aiovgic.revisions.excuses import excuses_of
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram

if TYPE_CHECKING:
    from aiovgic.engine.explore import Exploration

HEAD = """
schema: 1
title: An interrupt whose target changes before it is due again
machine:
  vcpus: 3
  its: [{device: 2}]
  lpis: [{lpi: 8192, device: 2, event: 1}]
  setup:
    - {mmio_write: {vcpu: 2, addr: 0x08000104, size: 4, value: 0x2}}
"""

ROUTE_TO_1 = "{mmio_write: {addr: 0x08006108, size: 8, value: 1}}"
PENDING = "{mmio_write: {addr: 0x08000204, size: 4, value: 0x2}}"

ENABLED_LATER = f"""
    - {{mmio_write: {{vcpu: 2, addr: 0x08000204, size: 4, value: 0x2}}}}
    - {{mmio_write: {{vcpu: 2, addr: 0x08000184, size: 4, value: 0x2}}}}
tasks:
  guest: {{vcpu: 1, steps: [wfi]}}
  vmm: {{vcpu: 2, steps: [{ROUTE_TO_1}, {{mmio_write: {{addr: 0x08000104, size: 4, value: 0x2}}}}]}}
"""

PENDING_LATER = f"""
    - {{mmio_write: {{vcpu: 2, addr: 0x08000204, size: 4, value: 0x2}}}}
    - {{mmio_write: {{vcpu: 2, addr: 0x08000284, size: 4, value: 0x2}}}}
tasks:
  guest: {{vcpu: 1, steps: [wfi]}}
  vmm: {{vcpu: 2, steps: [{ROUTE_TO_1}, {PENDING}]}}
"""

LINE_RISES_LATER = """
    - {mmio_write: {vcpu: 2, addr: 0x08000c08, size: 4, value: 0}}
    - {irq_line: {irq: 0x01000021, level: 1}}
    - {irq_line: {irq: 0x01000021, level: 0}}
    - {mmio_write: {vcpu: 2, addr: 0x08006108, size: 8, value: 1}}
tasks:
  guest: {vcpu: 1, steps: [wfi]}
  timer: {isr: cpu-of guest, steps: [{irq_line: {irq: 0x01000021, level: 1}}]}
"""

OLD_VCPU_RUNS = f"""
    - {PENDING}
tasks:
  old: {{vcpu: 0, steps: [wfi]}}
  vmm: {{vcpu: 2, steps: [{ROUTE_TO_1}]}}
"""

BOTH_RUN = f"""
    - {PENDING}
tasks:
  old: {{vcpu: 0, steps: [wfi, ack]}}
  guest: {{vcpu: 1, steps: [wfi, ack]}}
  vmm: {{vcpu: 2, steps: [{ROUTE_TO_1}]}}
"""

STRANDED = [
    pytest.param(ENABLED_LATER, id="enabled later"),
    pytest.param(PENDING_LATER, id="pending later"),
    pytest.param(LINE_RISES_LATER, id="its line rises later"),
]


def searched(tasks: str, revision: str, budget: int = 1000) -> Exploration:
    """A search on a revision."""
    excuses = Excuses.of(excuses_of(revision))
    program = ScenarioProgram(parse(HEAD + tasks, "elsewhere.yaml", "elsewhere"), layers_of(revision), excuses)
    return explore(program, DporStrategy(), budget)


@pytest.mark.parametrize("tasks", STRANDED)
@pytest.mark.parametrize("revision", ["v6.12", "v6.1", "fixed"])
def test_it_stays_with_a_vcpu_that_does_not_run_and_the_rule_says_so(tasks: str, revision: str) -> None:
    broken = searched(tasks, revision).broken
    assert broken is not None
    assert broken.rule == "queued-elsewhere"


def test_the_base_hands_over_what_is_due_when_its_target_changes() -> None:
    search = searched(OLD_VCPU_RUNS, "fixed")
    assert search.broken is None
    assert search.complete


def test_it_is_moved_from_the_list_of_a_vcpu_that_runs() -> None:
    assert searched(BOTH_RUN, "fixed", 300).broken is None
