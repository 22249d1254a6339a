"""Expectations: what may be said, and what is said about all else."""

from __future__ import annotations

import pytest

from aiovgic.scenario.expectations import FACTS
from tests.scenario.texts import HEAD, TASKS, expecting, parsed, refused

KNOWN = ", ".join(("results", *FACTS))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("always: 3", "always: is to be a mapping, not 3", id="a number"),
        pytest.param("always: {}", "always: expects nothing", id="nothing"),
        pytest.param("never: [{pending: []}, {}]", "never[1]: expects nothing", id="nothing in a list"),
        pytest.param(
            "always: {delivred: {1: 1}}",
            "always: unknown key 'delivred'; did you mean 'delivered'?",
            id="a misspelt fact",
        ),
        pytest.param("always: {zzz: 1}", f"always: unknown key 'zzz'; there are {KNOWN}", id="a strange fact"),
        pytest.param("always: {results: 3}", "always.results: is to be results by label, not 3", id="no results"),
        pytest.param(
            "always: {results: {lien: {ret: 0}}}",
            "always.results.lien: no step is labelled 'lien'; did you mean 'line'?",
            id="an unknown label",
        ),
        pytest.param(
            "always: {results: {line: {rett: 0}}}",
            "always.results.line: unknown key 'rett'; did you mean 'ret'?",
            id="a misspelt member",
        ),
        pytest.param(
            "always: {results: {line: {value: x}}}",
            "always.results.line.value: 'x' is no number and no KVM constant",
            id="a value that is no number",
        ),
        pytest.param(
            "always: {delivered: {x: 1}}",
            "always.delivered: 'x' is no number and no KVM constant",
            id="an INTID in words",
        ),
        pytest.param(
            "always: {delivered: {70000: 1}}", "always.delivered: 70000 is above 65535", id="an INTID too high"
        ),
        pytest.param(
            "always: {delivered: {1: -1}}", "always.delivered.1: is -1; it must be 0 to 1000", id="less than never"
        ),
        pytest.param("always: {delivered: [1]}", "always.delivered: is to be counts by INTID, not a list", id="a list"),
        pytest.param("always: {taken: {1: 2}}", "always.taken.1: is 2; there are vcpu0, vcpu1", id="taken by a number"),
        pytest.param("always: {pending: 3}", "always.pending: is to be a list of INTIDs, not 3", id="pending, no list"),
        pytest.param("always: {pending: [x]}", "always.pending[0]: is to be a number, not 'x'", id="pending in words"),
        pytest.param("always: {lost: [70000]}", "always.lost[0]: is 70000; it must be 0 to 65535", id="lost, too high"),
        pytest.param(
            "always: {bus: {x: y}}", "always.bus: 'x' is no number and no KVM constant", id="nowhere on the bus"
        ),
        pytest.param(
            "always: {bus: {1: 2}}", "always.bus.1: is to be text, not 2; put it in quotes", id="a number on the bus"
        ),
        pytest.param(
            "always: {mmio: {1: x}}", "always.mmio.1: 'x' is no number and no KVM constant", id="MMIO in words"
        ),
        pytest.param(
            "always: {memory: {1: xyz}}", "always.memory.1: 'xyz' are no bytes in hexadecimal", id="memory in words"
        ),
    ],
)
def test_an_expectation_that_cannot_be(written: str, message: str) -> None:
    assert refused(expecting(written)) == f"s.yaml:6: {message}"


def test_without_labels_no_result_can_be_expected() -> None:
    text = f"{HEAD}{TASKS}always: {{results: {{line: {{ret: 0}}}}}}\n"
    assert refused(text) == "s.yaml:4: always.results.line: no step is labelled 'line'; there are none"


def test_expectations_are_always_then_never_then_sometimes() -> None:
    text = expecting("sometimes: [{pending: []}, {lost: [2, 1]}]\nalways: {results: {line: {ret: 0}}}")
    found = [(each.when, each.line, each.results, each.facts) for each in parsed(text).expectations]
    assert found == [
        ("always", 7, {"line": {"ret": 0}}, {}),
        ("sometimes", 6, {}, {"pending": []}),
        ("sometimes", 6, {}, {"lost": [1, 2]}),
    ]
