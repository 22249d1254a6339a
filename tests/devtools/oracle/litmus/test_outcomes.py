"""Outcomes of kernels and of the model: counted, kept in files, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import ScenarioError, UsageError
from devtools.oracle.litmus.compare import report
from devtools.oracle.litmus.kernel import Histograms
from devtools.oracle.litmus.model import allow
from devtools.oracle.litmus.outcomes import Allowed, Observed, Seen, read, write
from devtools.oracle.litmus.race import load
from tests.devtools.oracle.litmus.races import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

ADDR = SCENARIOS / "addr-vs-addr.yaml"
NAMES = ["first.first", "second.second", "final.addr"]
FIRST_WINS, LAST_WINS = "0 EEXIST 0=0x8080000", "EEXIST 0 0=0x8060000"


def observed(*lines: str, scenario: Path = ADDR) -> Observed:
    histograms = Histograms([load(scenario)])
    histograms.take(["CPUS 2", "BOOT 2.0 6.12-test", "B 0", *lines, "DONE"])
    return histograms.observed[scenario.stem]


def test_the_lines_of_the_probe_are_a_histogram() -> None:
    got = observed(
        "H 5 0 0 -;-1 EEXIST;0 - v 0x8080000;",
        "H 2 3 -1 EEXIST;0 -;0 - v 0x8060000;",
        "T rounds 7 seconds 1.50 overlapped 4 setup 0.50 task0_us 120",
        "E 0",
    )
    assert got == Observed(
        NAMES,
        "6.12-test",
        {FIRST_WINS: Seen(5, 0), LAST_WINS: Seen(2, 3)},
        rounds=7,
        overlapped=4,
        times={"seconds": 1.5, "setup": 0.5, "task0_us": 120},
    )


def test_outcomes_that_differ_only_in_spelling_are_one() -> None:
    got = observed("H 5 0 0 -;-1 EEXIST;0 - v 0x8080000;", "H 1 9 0 -;-1 EEXIST;0 - v 0x08080000;")
    assert got.outcomes == {FIRST_WINS: Seen(6, 0)}


def test_a_race_that_the_watchdog_ended_is_an_outcome_of_its_own() -> None:
    got = observed("H 1 0 0 -;-1 EEXIST;0 - v 0x8080000;HUNG;")
    assert list(got.outcomes) == [f"{FIRST_WINS} HUNG"]


def test_the_pause_before_the_end_is_no_part_of_an_outcome() -> None:
    got = observed(
        "H 1 0 0 -;0 - v 0x3ff;0 -;0 -;0 - v 0x2000;0 - v 0x3ff;", scenario=SCENARIOS / "routes-vs-irqfd.yaml"
    )
    assert list(got.outcomes) == ["0 0=0x3ff 0 0=0x2000 0=0x3ff"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("X step 4 of the set-up: D -1 ENODEV", "step 4 of the set-up: D -1 ENODEV"),
        ("E 139", "the probe ended with status 139"),
    ],
)
def test_a_run_that_ended_early_says_why(line: str, why: str) -> None:
    assert observed(line).failed == why


def test_the_model_allows_each_order_of_two_addresses() -> None:
    allowed = allow(load(ADDR), "v6.12", 100)
    assert allowed.complete
    assert sorted(allowed.schedules) == ["0 EBUSY 0=0x8080000", FIRST_WINS, "EBUSY 0 0=0x8060000", LAST_WINS]


def test_a_search_that_ends_early_is_not_complete() -> None:
    assert not allow(load(ADDR), "v6.12", 2).complete


def test_an_older_run_is_added() -> None:
    new, old = observed("H 5 0 0 -;-1 EEXIST;0 - v 0x8080000;"), observed("H 2 3 -1 EEXIST;0 -;0 - v 0x8060000;")
    new.add(old)
    assert new.outcomes == {FIRST_WINS: Seen(5, 0), LAST_WINS: Seen(2, 3)}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    kept = {"addr-vs-addr": observed("H 5 0 0 -;-1 EEXIST;0 - v 0x8080000;")}
    write(tmp_path / "kept.json", kept)
    assert read(tmp_path / "kept.json", Observed) == kept


def test_a_file_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "kept.json", {"addr-vs-addr": observed()})
    with pytest.raises(ScenarioError, match="is no file of allowed outcomes"):
        read(tmp_path / "kept.json", Allowed)


def test_a_comparison_names_what_the_model_does_not_allow_and_what_was_not_seen() -> None:
    kernel = observed(
        "H 5 0 0 -;-1 EEXIST;0 - v 0x8080000;", "H 1 9 0 -;0 -;0 - v 0x8060000;", "T rounds 6 overlapped 2"
    )
    model = Allowed(NAMES, "v6.12", 4, complete=True, schedules={FIRST_WINS: "", LAST_WINS: "1>second"})
    assert list(report({"addr-vs-addr": kernel}, {"addr-vs-addr": model})) == [
        "addr-vs-addr: 6 rounds, 2 outcomes; the model allows 2; 1 of the kernel are not among them, 1 were not seen",
        "     first.first second.second final.addr",
        "     both             5  0 EEXIST 0=0x8080000",
        "     KERNEL           1  0 0 0=0x8060000",
        "     model only          EEXIST 0 0=0x8060000    [1>second]",
    ]


def test_files_of_different_scenarios_are_not_compared() -> None:
    model = Allowed(NAMES, "v6.12", 4, complete=True, schedules={})
    with pytest.raises(UsageError, match="no scenario is in both files"):
        list(report({"addr-vs-addr": observed()}, {"other": model}))


def test_files_of_different_steps_are_not_compared() -> None:
    model = Allowed(["other"], "v6.12", 4, complete=True, schedules={})
    with pytest.raises(UsageError, match="addr-vs-addr: the files are of different steps; run both again"):
        list(report({"addr-vs-addr": observed()}, {"addr-vs-addr": model}))
