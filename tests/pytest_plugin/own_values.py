"""Tests in a session of pytest whose executions each have their own values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pytest_plugin.sessions import failure, pytest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

BEGINNING = """
executions = 0

async def several(m):
    # two orders: two tasks that write one word
    global executions
    executions += 1
    word = m.shared("word", 0)
    async def one():
        await word.store(1)
    async def two():
        await word.store(2)
    async with m.tasks() as together:
        together.start(one)
        together.start(two)
"""


def passes(pytester: pytest.Pytester, text: str, *arguments: str, ini: str = "", count: int = 1) -> pytest.RunResult:
    """Tests that pass; each begins every execution alike."""
    result = pytest_of(pytester, BEGINNING + text, *arguments, ini=ini)
    result.assert_outcomes(passed=count)
    return result


def says(pytester: pytest.Pytester, text: str) -> Sequence[str]:
    """What the only test fails with."""
    lines = failure(pytest_of(pytester, BEGINNING + text)).splitlines()
    return lines[2 : next(number for number, line in enumerate(lines) if line.startswith("aiovgic: "))]
