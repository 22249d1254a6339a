"""Steps, operations, values and outcomes are those that are kept in tests/data/schedules.txt."""

from __future__ import annotations

import pytest

from devtools.schedules.__main__ import KEPT
from devtools.schedules.digests import Case, cases, line_of

KEPT_LINES = frozenset(KEPT.read_text().splitlines())

ON_FIXED = [case for case in cases() if case.revision == "fixed" and not case.bug]
OTHERS = [case for case in cases() if case not in ON_FIXED]


@pytest.mark.parametrize("case", ON_FIXED, ids=str)
def test_a_scenario_on_fixed_does_what_it_did(case: Case) -> None:
    assert line_of(case) in KEPT_LINES


@pytest.mark.slow
@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_a_scenario_on_an_older_revision_or_with_a_bug_does_what_it_did(case: Case) -> None:
    assert line_of(case) in KEPT_LINES


def test_every_case_is_kept() -> None:
    assert [line.partition(":")[0] for line in KEPT.read_text().splitlines()] == [str(case) for case in cases()]
