"""Scripts about vCPUs: the same for the same seed, and nothing in them that the rig cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.testing import generator
from aiovgic.uapi.operations import operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

THEMES = ("vcpu-features", "vcpu-core", "vcpu-again", "vcpu-first-runs")
POWER_OFF = 1
GUEST = ("run", "mmio_read", "mmio_write", "sysreg_read", "sysreg_write")


def scripts(theme: str) -> Sequence[Sequence[Mapping[str, Any]]]:
    """Sixty scripts of a theme, without their headers."""
    return [script[1:] for script in generator.scripts(7, 60, [theme])]


@pytest.mark.parametrize("theme", THEMES)
def test_a_seed_gives_the_same_scripts_and_every_line_is_an_operation(theme: str) -> None:
    made = scripts(theme)
    assert made == scripts(theme)
    assert len({str(script) for script in made}) > len(made) // 2
    for script in made:
        for line in script:
            operation(str(line["op"]), {key: value for key, value in line.items() if key != "op"})


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
