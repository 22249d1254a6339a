"""A real kernel answers shipped recordings again, and each answer is the recorded one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import UsageError
from aiovgic.scenario.shipped import recordings
from devtools.oracle.asking import Asking
from devtools.oracle.cache import Cache
from devtools.oracle.compare import compare
from devtools.oracle.litmus.kernel import Effort, observe
from devtools.oracle.litmus.race import load as load_race
from devtools.oracle.script_file import load
from devtools.oracle.vm import Host
from tests.devtools.oracle.litmus.races import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

    from devtools.oracle.script_file import ScriptFile

REVISIONS = {"6.12.": "v6.12", "6.1.": "v6.1"}
"""Whose recordings a kernel is compared with, by the beginning of its release."""
ASKED = ("examples.jsonl.gz", "uapi-init.jsonl.gz", "sgi.jsonl.gz", "cpuif.jsonl.gz")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def cache() -> Cache:
    try:
        return Cache.of()
    except UsageError as error:
        pytest.skip(str(error))


def shipped(name: str, kernel: str) -> Path:
    """The shipped recording with this name of the same kernel. Skips the test if there is none."""
    for beginning, revision in REVISIONS.items():
        if kernel.startswith(beginning):
            return next(path for path in recordings(revision) if path.name == name)
    pytest.skip(f"no recording of Linux {kernel} is shipped")


def test_a_real_kernel_answers_as_it_was_recorded(cache: Cache, tmp_path: Path) -> None:
    files: list[ScriptFile] = [load(path) for path in recordings("v6.12") if path.name in ASKED]
    asking = Asking(cache, [script for file in files for script in file.scripts])
    asking.run()
    for file in files:
        answered = tmp_path / file.path.stem
        answered.write_text(file.recording(asking.stamp))
        compared = compare(shipped(file.path.name, asking.kernel), answered)
        assert compared.ops
        assert not list(Counter(each.script for each in compared.differences))


def test_a_race_on_a_real_kernel_has_an_outcome_each_round(cache: Cache) -> None:
    race = load_race(SCENARIOS / "addr-vs-addr.yaml")
    observed = observe(cache, [race], Effort(rounds=20), Host(cpus=2))[race.name]
    assert not observed.failed
    assert sum(seen.count for seen in observed.outcomes.values()) == observed.rounds == 20
