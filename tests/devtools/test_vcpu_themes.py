"""Scripts about vCPUs: nothing in them that the rig cannot do."""

from __future__ import annotations

import pytest

from tests.devtools.themes import GUEST, scripts

THEMES = ("vcpu-features", "vcpu-core", "vcpu-again", "vcpu-first-runs")
POWER_OFF = 1


@pytest.mark.parametrize("theme", THEMES)
def test_no_vcpu_runs_that_is_off_or_was_reset_after_it_ran_or_had_a_core_register_set(theme: str) -> None:
    for script in scripts(theme):
        ran: set[object] = set()
        unfit: set[object] = set()
        for line in script:
            vcpu = line.get("vcpu")
            if line["op"] in GUEST:
                assert vcpu not in unfit, script
                ran.add(vcpu)
            elif line["op"] == "set_one_reg" or (
                line["op"] == "arm_vcpu_init" and (vcpu in ran or line.get("features", 0) & POWER_OFF)
            ):
                unfit.add(vcpu)
