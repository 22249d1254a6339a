"""Scripts that leave the usual layout: they leave the player's own things alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.devtools.themes import GUEST, scripts

if TYPE_CHECKING:
    from collections.abc import Mapping

THEMES = ("strange-memory", "strange-frames", "strange-calls", "v2-strange-calls")
BELL = range(0x0F00_0000, 0x0F00_1000)
CODE = range(0x1000_0000, 0x1008_0000)
USUAL_RAM = ("0x40000000", "0x1000000")


def ram_of(line: Mapping[str, Any]) -> range:
    """Where a create_vm puts its RAM."""
    start = int(line.get("ram_gpa", USUAL_RAM[0]), 0)
    return range(start, start + int(line.get("ram_size", USUAL_RAM[1]), 0))


def meet(a: range, b: range) -> bool:
    """Whether two ranges have an address in common."""
    return a.start < b.stop and b.start < a.stop


@pytest.mark.parametrize("theme", THEMES)
def test_a_guest_has_its_code_and_reports_back(theme: str) -> None:
    for script in scripts(theme):
        ram = range(0)
        for line in script:
            if line["op"] == "create_vm":
                ram = ram_of(line)
            elif line["op"] in GUEST:
                assert not meet(ram, BELL), script
                assert not meet(ram, CODE), script


@pytest.mark.parametrize("theme", THEMES)
def test_no_vcpu_runs_that_was_reset_after_it_ran(theme: str) -> None:
    for script in scripts(theme):
        ran: set[object] = set()
        unfit: set[object] = set()
        for line in script:
            vcpu = line.get("vcpu")
            if line["op"] == "create_vm":
                ran, unfit = set(), set()
            elif line["op"] in GUEST:
                assert vcpu not in unfit, script
                ran.add(vcpu)
            elif line["op"] == "arm_vcpu_init" and vcpu in ran:
                unfit.add(vcpu)
