"""A real kernel answers shipped recordings again, and each answer is the recorded one."""

from __future__ import annotations

from pathlib import Path

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
from tests import conformance
from tests.devtools.oracle.litmus.races import SCENARIOS

ASKED = ("examples.jsonl.gz", "uapi-init.jsonl.gz", "sgi.jsonl.gz", "cpuif.jsonl.gz")
RECORDED = {
    "6.12.": [path for path in recordings("v6.12") if path.name in ASKED],
    "6.1.": [path for path in recordings("v6.1") if path.name in ASKED],
    "7.3.": [Path(conformance.__file__).with_name("mapped-linux-7.3.jsonl.gz")],
}
"""Recordings of a kernel, by the beginning of its release."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def cache() -> Cache:
    try:
        return Cache.of()
    except UsageError as error:
        pytest.skip(str(error))


def test_a_real_kernel_answers_as_it_was_recorded(cache: Cache, tmp_path: Path) -> None:
    paths = [path for release, paths in RECORDED.items() if cache.release.startswith(release) for path in paths]
    if not paths:
        pytest.skip(f"there is no recording of the kernel in {cache.folder}: {cache.release}")
    files = [load(path) for path in paths]
    asking = Asking(cache, [script for file in files for script in file.scripts])
    asking.run()
    for file in files:
        answered = tmp_path / file.path.stem
        answered.write_text(file.recording(asking.stamp))
        compared = compare(file.path, answered)
        assert compared.ops
        assert not [each.script for each in compared.differences]


def test_a_race_on_a_real_kernel_has_an_outcome_each_round(cache: Cache) -> None:
    race = load_race(SCENARIOS / "addr-vs-addr.yaml")
    observed = observe(cache, [race], Effort(rounds=20), Host(cpus=2))[race.name]
    assert not observed.failed
    assert sum(seen.count for seen in observed.outcomes.values()) == observed.rounds == 20
