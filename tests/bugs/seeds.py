"""What each seed fault says when it is found, and the structure that is clean without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiovgic.bugs.structures import first_run_registers, init_registers
from aiovgic.engine.explore import Exploration
from aiovgic.engine.explore import explore as search
from aiovgic.scenario.loader import load
from aiovgic.scenario.program import ScenarioProgram
from tests.bugs.one_switch import OneSwitch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.sync import Layer


class Seed(NamedTuple):
    """One fault of the init sequence."""

    saw: str
    """Part of what the finding says."""
    structure: Sequence[Layer] = ()
    """What it was born in; nothing where that is the base, where it is the fault, or where it fails otherwise."""


V7, V4_8 = init_registers.LAYERS, first_run_registers.LAYERS

SEEDS = {
    "ready-before-iodev": Seed("mmio_exit: {phys_addr: 0x8000008"),
    "seed-addr-addr": Seed("first: {ret: 0}; second: {ret: 0}", V7),
    "seed-addr-after-init": Seed("bus: {0x8080000: null}", V7),
    "seed-addr-init": Seed("no device at 0x8080000"),
    "seed-init-init": Seed("its0 is on the bus 2 times", V7),
    "seed-region-64k": Seed("doorbell is {errno: EINVAL}", V7),
    "seed-hasits-early": Seed("msi: {errno: EINVAL}; devid: {ret: 0}"),
    "seed-msi-before-init": Seed("msi is {errno: EINVAL}"),
    "seed-init-while-running": Seed("mmio_exit: {phys_addr: 0x8080004"),
    "seed-first-run-retry": Seed("its1 is on the bus 2 times", V4_8),
    "seed-destroy-registered": Seed("its0"),
    "seed-create-unlocked": Seed("its0 is on the bus 2 times"),
    "seed-hasits-model": Seed("msi is {errno: EBUSY}"),
    "seed-destroy-leak": Seed("its0.device outlives the VM"),
}

LONGER = {"seed-multi-its"}
"""Seed faults that need more than one switch; test_found looks for them."""

BUDGET = 1000


def explored(scenario: str, layers: Sequence[Layer]) -> Exploration:
    """A scenario under some layers, in every schedule with at most one switch, until something breaks."""
    return search(ScenarioProgram(load(scenario), tuple(layers)), OneSwitch(), BUDGET)
