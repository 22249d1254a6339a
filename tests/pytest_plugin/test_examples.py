"""The examples of README and of the page about pytest do what the text beside them says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

pytest_plugins = "pytester"

INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"

ROOT = Path(__file__).resolve().parents[2]


def examples(page: str) -> list[str]:
    """The code blocks of a page that are tests."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    return [block for block in blocks if "pytest_plugin import explored" in block]


def test_the_example_of_the_readme_is_complete_and_fails_on_the_patch_of_2016(pytester: pytest.Pytester) -> None:
    [example] = examples("README.md")
    pytester.makeini(INI)
    pytester.makepyfile(example)
    pytester.runpytest("--aiovgic-require-complete").assert_outcomes(passed=1)
    failed = pytester.runpytest("--aiovgic-revision", "its-v7")
    failed.assert_outcomes(failed=1)
    assert "no device answers at GITS_IIDR" in failed.stdout.str()


def test_the_examples_of_the_page_about_pytest_pass(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    for number, example in enumerate(examples("docs/pytest.md")):
        pytester.makepyfile(**{f"test_example_{number}": example})
    result = pytester.runpytest()
    assert result.ret == 0
    assert "failed" not in result.parseoutcomes()
