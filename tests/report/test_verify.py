"""The report of bugs --verify: ok only where the search without the bug was complete."""

from __future__ import annotations

from aiovgic.lab.verify import Checked
from aiovgic.report.verify import verify_report


def checked(name: str, *, found: bool = True, complete: bool = True, clean: bool = True) -> Checked:
    """One bug, as a check of the catalogue gives it."""
    return Checked(
        id=name,
        base="fixed",
        scenario="s",
        kinds=("leak",),
        found=found,
        at_execution=7 if found else 0,
        switches=1,
        strategy="dpor",
        executions=12,
        complete=complete,
        clean=clean,
        seconds=0.5,
    )


def test_a_report_says_ok_only_for_complete_searches_and_names_what_is_wrong() -> None:
    every = [
        checked("a"),
        checked("b", complete=False),
        checked("c", found=False),
        checked("d", complete=False, clean=False),
    ]
    report = verify_report(every, 3.0, 5, ["s on fixed: leak: x"], interrupted=True)
    assert report.splitlines() == [
        "bug  found as              at execution  switches  on fixed                    executions  seconds",
        "---  --------------------  ------------  --------  --------------------------  ----------  -------",
        "a    leak                             7         1  ok, complete                        12      0.5",
        "b    leak                             7         1  budget spent, not complete          12      0.5",
        "c    nothing of its kinds             -         -  ok, complete                        12      0.5",
        "d    leak                             7         1  FINDING                             12      0.5",
        "not found: c",
        "findings without it: d",
        "finding without a bug: s on fixed: leak: x",
        "interrupted: 4 of 5 bugs were checked",
        "3 found by a rule, 0 by a claim of their scenario",
        "2 of 4 bugs found, and nothing without it (1 complete, 1 budget spent), in 3 s",
    ]


def test_a_report_of_a_check_that_ended_before_the_first_bug_has_one_line() -> None:
    assert verify_report([], 0.1, 5, interrupted=True) == "interrupted: 0 of 5 bugs were checked"
