"""Every bug of the catalogue is found in its scenario, untold; what it was born in is clean without it.

That the scenarios are clean on the base is in tests/scenario/test_shipped.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.bugs import cache_after_off
from aiovgic.bugs.catalogue import Bug, catalogue
from aiovgic.bugs.structures import deferred_release, flush_unstopped, late_guest_mode, vpe
from aiovgic.engine.detect import Detectors
from aiovgic.engine.excuses import Excuses
from aiovgic.engine.explore import explore as search
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.lab.explore import explore
from aiovgic.model.locks import ORDER
from aiovgic.revisions.excuses import EXCUSES
from aiovgic.scenario.loader import load
from aiovgic.scenario.program import ScenarioProgram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.sync import Layer

BUDGET = 1000
MOST_SWITCHES = 4

BUGS = catalogue()
SHOWN = {bug.id: bug for bug in BUGS.values() if bug.scenario}

STRUCTURES: dict[str, Sequence[Layer]] = {
    "cache-double-put": cache_after_off.LAYERS,
    "lpi-evicted-leaks": deferred_release.LAYERS,
    "missed-kick-requestless": late_guest_mode.LAYERS,
    "prune-no-ref": flush_unstopped.LAYERS,
    "prune-stale-owner": flush_unstopped.LAYERS,
    "wfi-preempt-no-doorbell": vpe.LAYERS,
}


@pytest.mark.parametrize("bug", SHOWN.values(), ids=SHOWN)
def test_a_bug_is_found_as_one_of_its_kinds_by_a_short_schedule(bug: Bug) -> None:
    result = explore(bug.scenario, budget=BUDGET, revision=bug.base, bugs=(bug.id,))
    shown = [finding for finding in result.findings if finding.kind in bug.kinds]
    assert shown, str(result)
    assert min(finding.switches for finding in shown) <= MOST_SWITCHES


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_structure_that_a_bug_was_born_in_is_clean_without_it(name: str) -> None:
    bug = BUGS[name]
    assert set(STRUCTURES[name]) < set(bug.layers)
    excuses = Excuses.of(EXCUSES)
    program = ScenarioProgram(load(bug.scenario), tuple(STRUCTURES[name]), excuses)
    found = search(program, DporStrategy(), BUDGET, watches=Detectors(ORDER, excuses).watches)
    assert not found.found
