"""The seed faults, each with its structure, its scenario and what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiovgic.bugs import (
    ready_before_iodev,
    seed_addr_addr,
    seed_addr_after_init,
    seed_addr_init,
    seed_destroy_registered,
    seed_first_run_retry,
    seed_hasits_early,
    seed_init_init,
    seed_init_while_running,
    seed_msi_before_init,
    seed_region_64k,
)
from aiovgic.bugs.structures import first_run_registers, init_registers
from aiovgic.engine.explore import Exploration
from aiovgic.engine.explore import explore as search
from aiovgic.scenario.loader import load
from aiovgic.scenario.player import ScenarioProgram
from tests.bugs.one_switch import OneSwitch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.outcome import Broken
    from aiovgic.sync import Layer


class Seed(NamedTuple):
    """One fault of the init sequence."""

    layers: Sequence[Layer]
    scenario: str
    kind: str
    saw: str
    """Part of what the finding says."""
    structure: Sequence[Layer] | None = ()
    """What it was born in, clean without it; None where the structure is the fault, or fails otherwise."""


V7, V4_8 = init_registers.LAYERS, first_run_registers.LAYERS

# fmt: off
SEEDS = {
    "ready-before-iodev": Seed(
        ready_before_iodev.LAYERS, "first-runs", "expectation", "mmio_exit: {phys_addr: 0x8000008"),
    "seed-addr-addr": Seed(
        seed_addr_addr.LAYERS, "addr-vs-addr", "expectation", "first: {ret: 0}; second: {ret: 0}", V7),
    "seed-addr-after-init": Seed(
        seed_addr_after_init.LAYERS, "addr-after-init", "expectation", "bus: {0x8080000: null}", V7),
    "seed-addr-init": Seed(
        seed_addr_init.LAYERS, "addr-vs-init", "expectation", "0x8080000 is answered by nobody", None),
    "seed-init-init": Seed(
        seed_init_init.LAYERS, "init-vs-init", "list", "its0 is on the bus 2 times", V7),
    "seed-region-64k": Seed(
        seed_region_64k.LAYERS, "doorbell-page", "expectation", "doorbell is {errno: EINVAL}", V7),
    "seed-hasits-early": Seed(
        seed_hasits_early.LAYERS, "create-vs-msi", "expectation", "msi: {errno: EINVAL}; devid: {ret: 0}"),
    "seed-msi-before-init": Seed(
        seed_msi_before_init.LAYERS, "msi-vs-init", "expectation", "msi is {errno: EINVAL}", None),
    "seed-init-while-running": Seed(
        seed_init_while_running.LAYERS, "guest-vs-init", "expectation", "mmio_exit: {phys_addr: 0x8080004", None),
    "seed-first-run-retry": Seed(
        seed_first_run_retry.LAYERS, "first-run-retry", "list", "its1 is on the bus 2 times", V4_8),
    "seed-destroy-registered": Seed(
        seed_destroy_registered.LAYERS, "close-vs-msi", "use-after-free", "its0"),
}
# fmt: on

BUDGET = 1000


def explored(scenario: str, layers: Sequence[Layer]) -> Exploration:
    """A scenario under some layers, in every schedule with at most one switch, until something breaks."""
    return search(ScenarioProgram(load(scenario), tuple(layers)), OneSwitch(), BUDGET)


def broken(found: Exploration) -> Broken | None:
    """What broke first."""
    return None if found.broken is None else found.broken.broken
