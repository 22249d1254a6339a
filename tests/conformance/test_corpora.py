"""The model answers as two real kernels did: every operation of every shipped recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiovgic.bugs.catalogue import catalogue
from aiovgic.lab.conform import conform
from aiovgic.scenario.conformance import ScriptProgram
from aiovgic.scenario.recording import load_recording
from aiovgic.scenario.shipped import recordings

pytestmark = pytest.mark.timeout(600)

THEMED = 901
"""Scripts of the corpus that the project started from; others were added since."""


@pytest.mark.parametrize("live", [pytest.param(False, id="on the trampoline"), pytest.param(True, id="live")])
@pytest.mark.parametrize("revision", ["v6.12", "v6.1"])
def test_every_recorded_operation_is_answered_as_that_kernel_did(revision: str, live: bool) -> None:
    result = conform(revision=revision, live=live, jobs=2)
    assert result.good, str(result)
    assert result.total.scripts >= THEMED
    assert result.total.ops == result.total.ops_agree


MENDED = ("redist-slot-lost", "lpi-mapped-twice", "retarget-strands")
"""The catalogued faults of 6.12 that its recordings show: on the base they are mended."""


@pytest.mark.parametrize(
    "path", recordings("v6.12"), ids=lambda path: f"{path.parent.name}-{path.name.partition('.')[0]}"
)
def test_the_base_with_the_faults_it_mends_answers_as_its_kernel_did(path: Path) -> None:
    layers = tuple(layer for bug in MENDED for layer in catalogue()[bug].layers)
    recording = load_recording(path)
    for script in recording.scripts:
        played = ScriptProgram(layers, recording.host_gic, script, str(path)).play()
        assert not played.differences, script.name


def test_each_fault_that_the_base_mends_shows_in_a_recording() -> None:
    names = ("facts", "more-mapped", "more-occasions", "more-stranded")
    files = [path for path in recordings("v6.12") if path.name.removesuffix(".jsonl.gz") in names]
    differing = {difference.script for difference in conform(files, revision="fixed").differences}
    assert {
        "facts/vcpu-dup-frame",
        "facts/vcpu-dup-full",
        "mapped/same-device",
        "mapped/remap-pending",
        "stranded/movi",
    } <= differing


def test_the_base_maps_an_lpi_once_as_7_3_does() -> None:
    result = conform([Path(__file__).parent / "mapped-linux-7.3.jsonl.gz"], revision="fixed")
    assert result.good, str(result)


def test_the_recordings_of_6_1_tell_the_two_kernels_apart() -> None:
    names = ("examples", "its-commands", "more-switches", "uapi-create")
    files = [path for path in recordings("v6.1") if path.name.removesuffix(".jsonl.gz") in names]
    result = conform(files, revision="v6.12")
    differing = {difference.script for difference in result.differences}
    assert {"switches/irq-line-by-id", "switches/redist-rollback", "switches/sgi-broadcast"} <= differing
