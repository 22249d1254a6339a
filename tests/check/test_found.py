"""Each rule finds a layer that breaks it, by the default search, in a shipped scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.lab.explore import explore
from tests.scenario.claims import WHATIFS

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = {
    "queued-elsewhere": (("movi-vs-sleeper", "retarget-strands"),),
    "stale-mapping": (("baser-vs-msi", "baser-keeps-mappings"),),
    "unreferenced": (("routes-vs-routes", "routes_kept"), ("first-runs", "mpidr_without_lock")),
    "lpi-mapped-twice": (("mapti-vs-int", "lpi-mapped-twice"),),
    "wrong-target": (("movall-vs-movi", "movall_moves_all"), ("movall-vs-movi", "seed-multi-its")),
    "in-guest-while-halted": (
        ("on-vs-off", "halt_without_wait"),
        ("on-vs-off", "halt_of_its_own"),
        ("two-halts", "halts-not-counted"),
    ),
}
"""By rule: scenarios, and a what-if or a bug of the catalogue each."""


@pytest.mark.parametrize(
    ("rule", "scenario", "bug"), [(rule, *each) for rule, broken in BROKEN.items() for each in broken]
)
def test_a_rule_finds_what_breaks_it(rule: str, scenario: str, bug: str) -> None:
    layer = WHATIFS / f"{bug}.py"
    result = explore(scenario, budget=1000, bugs=(str(layer) if layer.exists() else bug,))
    assert rule in {finding.rule for finding in result.findings}, str(result)


RESUMES_ITSELF = """
from aiovgic.model.vm import Vm
from aiovgic.sync import replaces

@replaces(Vm)
class ResumesItself(Vm):
    async def resume_guest(self):
        await self.unpause_guest()
"""


def test_a_halt_that_a_layer_ends_in_its_own_way_is_over(tmp_path: Path) -> None:
    layer = tmp_path / "resumes_itself.py"
    layer.write_text(RESUMES_ITSELF)
    result = explore("icactive-vs-fold", bugs=(layer,))
    assert (result.complete, result.findings) == (True, ())
