"""Faults that show when an allocation fails while others run: found by a search, and clean without the fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.bugs import iobus_unregister_enomem, lpi_add_self_deadlock
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.scenario.loader import load, parse
from aiovgic.scenario.program import ScenarioProgram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.explore import Exploration
    from aiovgic.scenario.scenario import Scenario
    from aiovgic.sync import Layer

FRAME_OF_A_FAILED_VCPU = """
schema: 1
title: The frame of a vCPU that could not be made answers nobody
machine:
  gic: none
  setup:
    - create_device: {type: vgic-v3}
    - set_device_attr: {dev: 0, group: ADDR, attr: V3_DIST, value: 0x8000000}
    - set_device_attr: {dev: 0, group: ADDR, attr: V3_REDIST, value: 0x80a0000}
faults: {alloc: 1}
tasks:
  vmm: {thread: vmm, steps: [{create_vcpu: {id: 0}}, {set_device_attr: {dev: 0, group: CTRL, attr: INIT}}]}
  guest: {vcpu: 0, steps: [{mmio_read: {addr: 0x80c0008, size: 4}}]}
"""
"""Its id is taken, which is found out after its frame was registered."""


def found(scenario: Scenario, layers: Sequence[Layer], budget: int) -> Exploration:
    """What a search finds."""
    return explore(ScenarioProgram(scenario, layers), DporStrategy(), budget)


@pytest.mark.parametrize(
    ("layers", "kind"), [(lpi_add_self_deadlock.LAYERS, "deadlock"), ((), None)], ids=["as in 6.12", "mended"]
)
def test_an_lpi_without_room_waits_for_its_own_lock(layers: Sequence[Layer], kind: str | None) -> None:
    search = found(load("mapti-without-memory"), layers, 100)
    assert (search.broken.broken.kind if search.broken and search.broken.broken else None) == kind


@pytest.mark.parametrize(
    ("layers", "kind"),
    [(iobus_unregister_enomem.LAYERS, "use-after-free"), ((), None)],
    ids=["as it was", "mended"],
)
def test_a_device_that_stays_on_the_bus_is_used_after_it_was_freed(layers: Sequence[Layer], kind: str | None) -> None:
    scenario = parse(FRAME_OF_A_FAILED_VCPU, "s.yaml", "s")
    search = found(scenario, layers, 300)
    assert (search.broken.broken.kind if search.broken and search.broken.broken else None) == kind
