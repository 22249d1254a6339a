"""Each rule finds a layer that breaks it, by the default search, in a shipped scenario."""

from __future__ import annotations

import pytest

from aiovgic.lab.explore import explore
from tests.scenario.claims import WHATIFS

BROKEN = {
    "stranded": (("movi-vs-sleeper", "retarget-strands"),),
    "mapping-has-its-table": (("baser-vs-msi", "baser-keeps-mappings"),),
    "one-event": (("mapti-vs-int", "lpi-mapped-twice"),),
    "movall-moves-its-source": (("movall-vs-movi", "movall_moves_all"), ("movall-vs-movi", "seed-multi-its")),
    "halted-is-outside": (("on-vs-off", "halt_without_wait"), ("two-halts", "halts-not-counted")),
}
"""By rule: scenarios, and a what-if or a bug of the catalogue each."""


@pytest.mark.parametrize(
    ("rule", "scenario", "bug"), [(rule, *each) for rule, broken in BROKEN.items() for each in broken]
)
def test_a_rule_finds_what_breaks_it(rule: str, scenario: str, bug: str) -> None:
    layer = WHATIFS / f"{bug}.py"
    result = explore(scenario, budget=1000, bugs=(str(layer) if layer.exists() else bug,))
    assert rule in {finding.rule for finding in result.findings}, str(result)
