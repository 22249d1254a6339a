"""The help of the command line comes without the machine, the engines and the libraries behind them."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from aiovgic.cli.verbs import VERBS

MODULES = """
import sys
from aiovgic.cli.main import run
run(["--help"])
sys.stderr.write(" ".join(sys.modules))
"""

MOST = 120
"""Modules that the help may import, Python's own included."""


@pytest.fixture(scope="module")
def modules() -> frozenset[str]:
    """What ``aiovgic --help`` imports, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", MODULES], capture_output=True, text=True, check=True)
    return frozenset(done.stderr.split())


def test_help_imports_few_modules(modules: frozenset[str]) -> None:
    ours = [name for name in modules if name.split(".")[0] in {"aiovgic", "click"}]
    assert len(modules) <= MOST
    assert len(ours) > 1


@pytest.mark.parametrize("library", ["rich", "msgspec", "yaml", "anyio", "asyncio", "aiovgic.model", "aiovgic.engine"])
def test_help_imports_no(library: str, modules: frozenset[str]) -> None:
    assert not [name for name in modules if name == library or name.startswith(f"{library}.")]


@pytest.mark.parametrize("name", VERBS)
def test_the_help_says_of_a_verb_what_the_verb_says_of_itself(name: str) -> None:
    verb = VERBS[name]
    command = verb.load()
    assert isinstance(command, click.Command)
    assert verb.about == command.get_short_help_str(limit=200)
    assert command.name == name


def test_verbs_are_in_the_order_of_their_names() -> None:
    assert list(VERBS) == sorted(VERBS)
