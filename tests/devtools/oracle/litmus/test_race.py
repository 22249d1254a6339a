"""Scenarios as races, and the lines of the probe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.errors import ScenarioError
from devtools.oracle.litmus.lines import Lines
from devtools.oracle.litmus.race import canonical, load
from tests.devtools.oracle.litmus.races import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path


def lines(path: Path) -> list[str]:
    return Lines(load(path)).text(7, 100, 2.5, 3).splitlines()


def test_a_race_is_set_up_raced_and_read() -> None:
    assert lines(SCENARIOS / "addr-vs-addr.yaml") == [
        "B 7 100 2.5 3 2",
        "s 0 V 0x0 0x40000000 0x1000000 0x0",
        "s 0 U 0x0 0",
        "s 0 I 0x0 0x0",
        "s 0 D 0x7 0x0 0",
        "s 0 S 0x0 0x3 0x0 0x0 0x40 0x0",
        "s 0 S 0x0 0x0 0x2 0x0 0x8000000 0x0",
        "s 0 S 0x0 0x0 0x3 0x0 0x80a0000 0x0",
        "s 0 D 0x8 0x0 1",
        "s 0 S 0x0 0x4 0x0 0x0 0x0 0x0",
        "t 0 S 0x1 0x0 0x4 0x0 0x8080000 0x0",
        "t 1 S 0x1 0x0 0x4 0x0 0x8060000 0x0",
        "f 0 G 0x1 0x0 0x4 0x0 0x0 0x0",
        "E",
    ]


def test_a_device_of_a_task_has_a_slot_that_later_steps_know() -> None:
    raced = [line for line in lines(SCENARIOS / "create-vs-msi.yaml") if line.startswith("t 0")]
    assert raced == ["t 0 D 0x8 0x0 1", "t 0 S 0x1 0x0 0x4 0x0 0x8080000 0x0"]


def test_the_thread_that_races_with_a_vcpu_also_sets_it_up_and_reads_it() -> None:
    text = lines(SCENARIOS / "msi-vs-discard.yaml")
    assert {line.split()[1] for line in text if line[0] in "sf" and line.split()[2] == "g"} == {"1"}


def test_an_irqfd_has_time_to_inject_before_the_end() -> None:
    text = lines(SCENARIOS / "routes-vs-irqfd.yaml")
    assert text.index("f 0 Z 4000") < min(
        n for n, line in enumerate(text) if line.startswith("f") and " Z " not in line
    )


def test_the_names_of_an_outcome_are_tasks_and_steps() -> None:
    assert load(SCENARIOS / "addr-vs-addr.yaml").names == ["first.first", "second.second", "final.addr"]


def test_a_label_that_nothing_made_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "schema: 1\ntitle: t\nmachine: {vcpus: 1}\ntasks:\n  a: {thread: a, steps: [{close_device: {dev: its0}}]}\n"
        "  b: {thread: b, steps: [{create_irqchip: {}}]}\n"
    )
    with pytest.raises(ScenarioError, match=r"wrong.yaml:5: dev: no step before this one made 'its0'"):
        lines(path)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_scenario_has_tasks_and_an_end(path: Path) -> None:
    race = load(path)
    assert len(race.scenario.tasks) > 1
    assert race.final
    assert lines(path)[-1] == "E"


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (None, "-"),
        ({"ret": 0, "errno": None}, "0"),
        ({"ret": -1, "errno": "EBUSY"}, "EBUSY"),
        ({"ret": 0, "errno": None, "value": "0x0003ff"}, "0=0x3ff"),
        ({"ret": 0, "errno": None, "hex": "00ff"}, "0=00ff"),
        ({"ret": 0, "errno": None, "words": [["0x10", "0x1"], ["0x18", "0xa"]]}, "0=10:1,18:a"),
        ({"ret": 0, "errno": None, "mmio_exit": {}}, "0!mmio"),
        ({"ret": 0, "errno": None, "exception": {"esr": "0x2000000"}}, "0!exception0x2000000"),
        ({"ret": 0, "errno": None, "exit_reason": 17}, "0!exit17"),
    ],
    ids=str,
)
def test_a_result_has_one_word(result: dict[str, Any] | None, word: str) -> None:
    assert canonical(result) == word
