"""Whatever a text says, loading it ends, in a scenario or in a ScenarioError."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aiovgic.errors import ScenarioError
from aiovgic.scenario.loader import parse
from aiovgic.scenario.shipped import scenarios

SHIPPED = {name: path.read_text(encoding="utf-8") for name, path in scenarios().items()}
INIT = sorted(name for name, path in scenarios().items() if path.parent.name == "init")
PIECES = [
    "-1", "0", "1e999", "9" * 30, "0x" + "f" * 20, "null", "true", "[]", "{}", "- ", ": ", "\n", "  ", "!foo ", "&a ",
    "!!int ", "!!bool ", "!!float ",
    "*a", "'", '"', "#", "|", ">", "? ", "a: b", "\t", "\0", "é", "vcpu: 0", "thread: x", "steps:", "always:", "as: a",
]  # fmt: skip

plain = st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
texts = plain | plain.map(lambda text: f"schema: 1\ntitle: x\ntasks:\n{text}")


@pytest.mark.timeout(60)
@settings(max_examples=200, deadline=None)
@given(texts)
@example("\ud800")
@example("---\n---\n")
@example("%TAG ! x\n")
@example("tasks: *a")
def test_any_text_is_a_scenario_or_none(text: str) -> None:
    with suppress(ScenarioError):
        parse(text, "s.yaml", "s")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A shipped scenario of the init theme with a few pieces cut out, put in or swapped."""
    text = SHIPPED[draw(st.sampled_from(INIT))]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(st.sampled_from(PIECES) | st.text(max_size=4) | st.just("")) + text[end:]
    return text


@pytest.mark.timeout(60)
@settings(max_examples=200, deadline=None)
@given(mutated())
def test_any_mutation_of_a_shipped_scenario_is_one_or_none(text: str) -> None:
    with suppress(ScenarioError):
        parse(text, "s.yaml", "s")


@pytest.mark.timeout(60)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_order_of_a_shipped_scenarios_lines_is_one_or_none(data: st.DataObject) -> None:
    lines = SHIPPED[data.draw(st.sampled_from(INIT))].splitlines(keepends=True)
    with suppress(ScenarioError):
        parse("".join(data.draw(st.permutations(lines))), "s.yaml", "s")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_cut_at_any_line_is_a_scenario_or_none(name: str) -> None:
    lines = SHIPPED[name].splitlines(keepends=True)
    for end in range(len(lines)):
        with suppress(ScenarioError):
            parse("".join(lines[:end]), "s.yaml", "s")
    assert parse("".join(lines), "s.yaml", name).title
