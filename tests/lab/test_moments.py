"""Interrupts of which a vCPU in its guest is not told: found by DPOR alone, whatever task is created first."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.engine.explore import explore
from aiovgic.lab.strategies import Way
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.scenario.loader import load, parse

if TYPE_CHECKING:
    from aiovgic.scenario.scenario import Scenario

LAYERS = Path(__file__).parent.parent / "whatif"

TWO_EDGES = """schema: 1
title: Two edges of one LPI while a guest runs
machine: {vcpus: 1, its: [{device: 2, events: 1}], lpis: [{lpi: 8192, device: 2, event: 0, vcpu: 0}]}
tasks:
  nic: {thread: nic, steps: [{msi: {device: 2, event: 0}}, {msi: {device: 2, event: 0}}]}
  guest: {vcpu: 0, steps: [ack, eoi, ack]}
"""


def orders(scenario: Scenario) -> list[Scenario]:
    """The scenario with its tasks in every order."""
    return [replace(scenario, tasks=tasks) for tasks in permutations(scenario.tasks)]


def found(scenario: Scenario, layer: str, strategy: str = "dpor", seed: int = 0) -> str:
    """The rule that ends the search within 400 executions."""
    subject = Subject.of(scenario, EXPLORED, [LAYERS / layer])
    search = explore(subject.program, Way(strategy).make(seed), 400, watches=subject.detectors().watches)
    return "" if search.broken is None else search.broken.rule


MSI_VS_MSI = orders(load("msi-vs-msi"))
EDGES = orders(parse(TWO_EDGES, "two-edges.yaml", "two-edges"))


@pytest.mark.parametrize("scenario", MSI_VS_MSI, ids=[str(n) for n in range(len(MSI_VS_MSI))])
def test_a_kick_before_the_interrupt_is_queued_is_found(scenario: Scenario) -> None:
    assert found(scenario, "kick_before_queue.py") == "not-kicked"


@pytest.mark.parametrize("scenario", EDGES, ids=[str(n) for n in range(len(EDGES))])
def test_a_second_edge_without_a_kick_is_found(scenario: Scenario) -> None:
    assert found(scenario, "no_kick_if_queued.py") == "not-kicked"


@pytest.mark.parametrize("scenario", EDGES, ids=[str(n) for n in range(len(EDGES))])
def test_a_request_without_a_kick_is_found(scenario: Scenario) -> None:
    assert found(scenario, "request_without_kick.py") == "not-kicked"


@pytest.mark.parametrize("seed", range(4))
def test_the_default_search_finds_them_with_every_seed(seed: int) -> None:
    assert found(MSI_VS_MSI[0], "kick_before_queue.py", "auto", seed) == "not-kicked"
    assert found(EDGES[0], "no_kick_if_queued.py", "auto", seed) == "not-kicked"
