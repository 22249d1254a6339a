"""What looks like a race and is none (docs/facts/races.md#4, the traps at its end): nothing is said about it."""

from __future__ import annotations

import pytest

from aiovgic.lab.explore import ExploreResult, explore
from aiovgic.scenario.loader import parse

MACHINE = """schema: 1
title: A trap
machine: {vcpus: 2, its: [{device: 2, events: 2}], lpis: [{lpi: 8192, device: 2, event: 0, vcpu: 1}]}
tasks:
"""
ISACTIVER0_OF_VCPU0 = 0x080B0300
GICR_CTLR_OF_VCPU1 = 0x080C0000


def explored(tasks: str, revision: str = "fixed") -> ExploreResult:
    """Three hundred random executions of these tasks, under all detectors."""
    scenario = parse(MACHINE + tasks, "trap.yaml", "trap")
    result = explore(scenario, strategy="random", budget=300, revision=revision)
    assert result.good, str(result)
    return result


def seen(result: ExploreResult, label: str) -> list[object]:
    """The different results of a step."""
    found = [outcome["results"][label] for outcome in result.outcomes]
    return [each.get("errno") or each.get("value") for n, each in enumerate(found) if each not in found[:n]]


@pytest.mark.parametrize("revision", ["fixed", "v6.12"])
def test_the_look_at_an_empty_list_without_its_lock(revision: str) -> None:
    result = explored(
        """
  nic: {thread: nic, steps: [{msi: {device: 2, event: 0}}]}
  guest: {vcpu: 1, steps: [{ack: {}, as: first}, {mmio_read: {addr: 0x08000004, size: 4}}, {ack: {}, as: second}]}
""",
        revision,
    )
    assert len(result.outcomes) > 2


@pytest.mark.parametrize("revision", ["fixed", "v6.12"])
def test_the_kick_of_a_vcpu_that_is_out_already(revision: str) -> None:
    result = explored(
        """
  nic: {thread: nic, steps: [{msi: {device: 2, event: 0}}, {msi: {device: 2, event: 0}}]}
  guest: {vcpu: 1, steps: [{ack: {}, as: taken}]}
""",
        revision,
    )
    assert len(seen(result, "taken")) == 2


def test_pending_state_that_is_lost_with_lpis_off() -> None:
    result = explored(f"""
  nic: {{thread: nic, steps: [{{msi: {{device: 2, event: 0}}}}]}}
  off: {{vcpu: 0, steps: [{{mmio_write: {{addr: {GICR_CTLR_OF_VCPU1}, size: 4, value: 0}}}}]}}
  guest: {{vcpu: 1, steps: [{{ack: {{}}, as: taken}}]}}
""")
    assert any(outcome["delivered"] == [] for outcome in result.outcomes)
    assert any(outcome["delivered"] != [] for outcome in result.outcomes)


@pytest.mark.parametrize("revision", ["fixed", "v6.12"])
def test_a_vcpu_that_reads_its_own_private_state_without_a_stop(revision: str) -> None:
    result = explored(
        f"""
  reader:
    vcpu: 0
    steps: [{{ack: {{}}, as: taken}}, {{mmio_read: {{addr: {ISACTIVER0_OF_VCPU0}, size: 4}}, as: active}}]
  sender: {{vcpu: 1, steps: [{{sysreg_write: {{reg: ICC_SGI1R_EL1, value: 1}}}}]}}
""",
        revision,
    )
    assert len(seen(result, "active")) == 2


@pytest.mark.parametrize("revision", ["fixed", "v6.12"])
def test_a_cache_miss_beside_an_insert(revision: str) -> None:
    explored(
        """
  one: {thread: one, steps: [{msi: {device: 2, event: 0}}]}
  two: {thread: two, steps: [{msi: {device: 2, event: 0}}]}
  inv: {vcpu: 0, steps: [{inv: {device: 2, event: 0}}]}
""",
        revision,
    )


@pytest.mark.parametrize("revision", ["fixed", "v6.12"])
def test_busy_from_a_vcpu_that_runs(revision: str) -> None:
    result = explored(
        """
  vmm: {thread: vmm, steps: [{get_device_attr: {dev: vgic, group: DIST_REGS, attr: 0}, as: got}]}
  guest: {vcpu: 0, steps: [{mmio_read: {addr: 0x08000004, size: 4}}]}
""",
        revision,
    )
    assert "EBUSY" in seen(result, "got")
    assert len(seen(result, "got")) == 2


@pytest.mark.parametrize("revision", ["fixed", "v6.12"])
def test_the_address_of_an_its_before_it_is_registered(revision: str) -> None:
    scenario = parse(
        """schema: 1
title: A trap
machine: {vcpus: 1, its: [{state: created}]}
tasks:
  set: {thread: one, steps: [{set_device_attr: {dev: its0, group: ADDR, attr: ITS, value: 0x08080000}}]}
  get: {thread: two, steps: [{get_device_attr: {dev: its0, group: ADDR, attr: ITS}, as: base}]}
""",
        "trap.yaml",
        "trap",
    )
    result = explore(scenario, strategy="dfs", revision=revision)
    assert result.good, str(result)
    assert result.complete
    assert len(seen(result, "base")) == 2
