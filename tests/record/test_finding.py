"""Findings: plain values, and what they are as JSON."""

from __future__ import annotations

import msgspec
import pytest

from aiovgic.record.finding import Finding, Place, Switch

READ = Place(
    task="nic",
    access="read",
    object="irq8192",
    field="target_vcpu",
    function="inject_cached",
    file="model/its/msi.py",
    line=131,
    locks=("its_lock", "irq_lock"),
)
RACE = Finding(
    kind="data-race",
    rule="irq.target_vcpu",
    title="data race on irq8192.target_vcpu",
    saw=("lpi 8192 delivered on vcpu0",),
    places=(READ, Place(task="mover")),
    at_execution=37,
    schedule="12>nic 13>mover",
    switches=2,
    steps=40,
    replay="aiovgic replay movi-vs-msi '12>nic 13>mover'",
)


def test_a_finding_is_json_with_all_it_knows() -> None:
    told = msgspec.json.decode(msgspec.json.encode(RACE))
    assert list(told) == list(Finding.__struct_fields__)
    assert told["kind"] == "data-race"
    assert told["saw"] == ["lpi 8192 delivered on vcpu0"]
    assert told["replay"] == RACE.replay


def test_a_place_is_json_with_the_locks_that_were_held() -> None:
    told = msgspec.to_builtins(RACE)["places"]
    assert told[0] == {
        "task": "nic",
        "access": "read",
        "object": "irq8192",
        "field": "target_vcpu",
        "function": "inject_cached",
        "file": "model/its/msi.py",
        "line": 131,
        "locks": ("its_lock", "irq_lock"),
        "stack": (),
    }
    assert told[1]["task"] == "mover"
    assert told[1]["locks"] == ()


def test_a_place_comes_back_from_its_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(READ), type=Place) == READ


def test_a_switch_says_who_runs_instead_of_whom() -> None:
    switch = Switch(
        step=12, task="nic", does="lock", object="its_lock", before="mover", would="load", would_object="its0.enabled"
    )
    assert msgspec.json.decode(msgspec.json.encode(switch), type=Switch) == switch


def test_a_finding_stays_itself_while_its_schedule_is_made_shorter() -> None:
    shorter = msgspec.structs.replace(RACE, schedule="12>nic", switches=1, steps=20, at_execution=90)
    assert shorter.identity == RACE.identity
    assert RACE.identity[:2] == ("data-race", "irq.target_vcpu")
    assert shorter != RACE


@pytest.mark.parametrize("name", ["kind", "schedule"])
def test_a_finding_does_not_change(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(RACE, name, "deadlock")
