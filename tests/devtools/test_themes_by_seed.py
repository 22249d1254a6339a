"""Themes that hold to rules of their own: the same scripts for the same seed, and every line is an operation."""

from __future__ import annotations

import pytest

from aiovgic.uapi.operations import operation
from tests.devtools.test_strange_themes import THEMES as STRANGE
from tests.devtools.test_vcpu_themes import THEMES as VCPUS
from tests.devtools.themes import scripts


@pytest.mark.parametrize("theme", [*STRANGE, *VCPUS])
def test_a_seed_gives_the_same_scripts_and_every_line_is_an_operation(theme: str) -> None:
    made = scripts(theme)
    assert made == scripts(theme)
    assert len({str(script) for script in made}) > len(made) // 2
    for script in made:
        for line in script:
            operation(str(line["op"]), {key: value for key, value in line.items() if key != "op"})
