"""Scenario files that tests of reports are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.lab.replay import replay

if TYPE_CHECKING:
    from pathlib import Path

    from aiovgic.record.trace import Trace

MOVI = """schema: 1
title: An LPI moved while its MSI is in flight arrives exactly once
machine: {vcpus: 2, its: [{device: 2}], lpis: [{lpi: 8192, device: 2, event: 20, vcpu: 0}]}
tasks:
  mover: {vcpu: 0, steps: [{movi: {device: 2, event: 20, to: 1}}, sync]}
  nic: {thread: nic, steps: [{msi: {device: 2, event: 20}}]}
always: {delivered: {8192: 1}}
"""
SCHEDULE = "20>nic 30>mover"


def movi(folder: Path) -> str:
    """The file of a scenario with an MSI and a MOVI that wait for one another."""
    path = folder / "movi.yaml"
    path.write_text(MOVI, encoding="utf-8")
    return str(path)


def movi_trace(folder: Path) -> Trace:
    """The trace of one schedule of it."""
    return replay(movi(folder), SCHEDULE).trace
