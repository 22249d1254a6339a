"""Scenario texts with one thing in them, and what the loader says about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import ScenarioError
from aiovgic.scenario.loader import parse

if TYPE_CHECKING:
    from aiovgic.scenario.scenario import Scenario

HEAD = "schema: 1\ntitle: A claim\n"
TASKS = "tasks: {a: {thread: x, steps: []}}\n"


def parsed(text: str) -> Scenario:
    """The scenario in a text that has one."""
    return parse(text, "s.yaml", "s")


def refused(text: str) -> str:
    """What is said about a text that has none."""
    with pytest.raises(ScenarioError) as caught:
        parse(text, "s.yaml", "s")
    message = str(caught.value)
    assert "\n" not in message
    return message


def machine(written: str) -> str:
    """A scenario with this in its machine, in line 3."""
    return f"{HEAD}machine: {{{written}}}\n{TASKS}"


def tasks(*written: str) -> str:
    """A scenario with these tasks on two vCPUs and two ITSes, from line 5 on."""
    lines = "".join(f"  {line}\n" for line in written)
    return f"{HEAD}machine: {{vcpus: 2, its: [{{device: 2}}, {{device: 2}}]}}\ntasks:\n{lines}"


def thread(steps: str) -> str:
    """A scenario with one thread that does these steps, in line 5."""
    return tasks(f"a: {{thread: x, steps: [{steps}]}}")


def guest(steps: str) -> str:
    """A scenario with one guest that does these steps, in line 5."""
    return tasks(f"a: {{vcpu: 0, steps: [{steps}]}}")


def expecting(written: str) -> str:
    """A scenario with one labelled step, and this expectation in line 6."""
    return thread("{irq_line: {irq: 1}, as: line}") + written + "\n"
