"""Sessions of pytest for tests of the plugin, and what they print, without what differs from run to run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiovgic.pytest_plugin import searching  # noqa: F401  a session in this process would import it again

if TYPE_CHECKING:
    import pytest

INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\naddopts = -p no:cacheprovider\n"

HEAD = """
import pytest
from aiovgic import Cpu, Machine
from aiovgic.pytest_plugin import explored

CREATED = {"its": [{"state": "created"}]}


async def init_race(m):
    async with m.tasks() as together:
        together.start(m.kvm.set_attr, "its0", "ADDR", "ITS", 0x0808_0000, name="addr")
        together.start(m.kvm.set_attr, "its0", "CTRL", "INIT", name="init")

"""
"""What a test module of these sessions begins with."""


def pytest_of(pytester: pytest.Pytester, text: str, *arguments: str, ini: str = "") -> pytest.RunResult:
    """Run a test module in this process."""
    pytester.makeini(INI + ini)
    pytester.makepyfile(test_it=HEAD + text)
    return pytester.runpytest_inprocess(*arguments)


def failure(result: pytest.RunResult) -> str:
    """What pytest prints from the first failure or error to its end."""
    lines = result.outlines
    first = next(number for number, line in enumerate(lines) if re.fullmatch(r"=+ (FAILURES|ERRORS) =+", line))
    return scrubbed([line for line in lines[first:] if not line.startswith("[gw")])


def summary(result: pytest.RunResult) -> str:
    """The summary of explored tests."""
    lines = result.outlines
    first = next((number for number, line in enumerate(lines) if line.startswith("aiovgic: ")), len(lines))
    more = [line for line in lines[first + 1 :] if line.startswith("  ")]
    return scrubbed([*lines[first : first + 1], *more])


def scrubbed(lines: list[str]) -> str:
    """Lines without times and without the width of the terminal."""
    text = "\n".join(line.rstrip() for line in lines)
    text = re.sub(r"\d+\.\d\d?(s| s)", "N s", text)
    text = re.sub(r"0x[0-9a-f]{10,}", "0x0", text)
    return re.sub(r"([=_-])\1{3,}", r"\1\1\1", text)
