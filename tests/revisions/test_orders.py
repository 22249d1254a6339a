"""The memory orders of the words that publish, in each revision: those of KVM's stores and loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.engine.watch import Watch
from aiovgic.revisions import REVISIONS, layers_of
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.sync import Load, Update
from tests.revisions.witnesses import CREATED

if TYPE_CHECKING:
    from aiovgic.engine.task import Task
    from aiovgic.sync import Op

SCENARIO = f"""
schema: 1
title: From a vGIC that was created to a first run
machine: {CREATED.rstrip()}
tasks:
  vmm:
    thread: vmm
    steps:
      - create_vcpu: {{id: 1}}
      - set_device_attr: {{dev: vgic, group: CTRL, attr: KVM_DEV_ARM_VGIC_CTRL_INIT}}
      - irq_line: {{irq: 0x01000021, level: 1}}
      - irq_line: {{irq: 0x02010017, level: 1}}
  guest:
    vcpu: 0
    steps: [{{mmio_read: {{addr: 0x08000004, size: 4}}}}]
  later:
    thread: later
    steps:
      - create_device: {{type: vgic-its}}
        as: its
"""

PLAIN = {"store relaxed", "load relaxed"}
PUBLISHED = {"store release", "load acquire"}
UNDER_A_LOCK = {"load relaxed"}
ORDERS = {
    "dist.spis": PLAIN,
    "vcpu1.private_irqs": PLAIN,
    "dist.initialized": PLAIN,
    "vm.vcpus": {"store release", "load acquire"},
    "vm.devices": {"store release", "load relaxed"},
    "bus.ranges": {"store release", "load acquire", *UNDER_A_LOCK},
}
"""Of words that every revision publishes alike; `vm.devices` is read here under the lock of its writers only."""


class Orders(Watch):
    """The accesses of each shared word."""

    after_ops = (Load, Update)

    def __init__(self) -> None:
        self.seen: dict[str, set[str]] = {}

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        assert isinstance(op, Load | Update)
        self.seen.setdefault(op.word.ident, set()).add(f"{op.kind} {op.order.value}")


def orders_in(revision: str) -> dict[str, set[str]]:
    """The orders of one execution's accesses, by word."""
    watch = Orders()
    program = ScenarioProgram(parse(SCENARIO, "orders.yaml", "orders"), layers_of(revision))
    Execution(Stage(program, once=True), DfsStrategy(), watches=(watch,)).run()
    return watch.seen


@pytest.mark.parametrize("revision", REVISIONS)
def test_pointers_are_stored_and_loaded_with_the_orders_of_kvm(revision: str) -> None:
    seen = orders_in(revision)
    assert {word: seen[word] for word in ORDERS} == ORDERS


@pytest.mark.parametrize(
    ("revision", "orders"),
    [
        ("fixed", {*PUBLISHED, *UNDER_A_LOCK}),
        ("v6.12", PLAIN),
        ("v6.1", PLAIN),
        ("its-v7", PLAIN),
    ],
)
def test_ready_is_released_and_acquired_since_2025_only(revision: str, orders: set[str]) -> None:
    assert orders_in(revision)["dist.ready"] == orders
