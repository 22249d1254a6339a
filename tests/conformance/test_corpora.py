"""The model answers as two real kernels did: every operation of every shipped recording."""

from __future__ import annotations

import pytest

from aiovgic.lab.conform import conform
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


MENDED = {
    "facts/vcpu-dup-frame": "redist-slot-lost",
    "facts/vcpu-dup-full": "redist-slot-lost",
}
"""Scripts in which the base does not answer as its kernel did, by the fault that it has not."""


def test_the_base_answers_as_its_kernel_did_but_where_a_fault_is_mended() -> None:
    result = conform(revision="fixed", jobs=2)
    assert {difference.script for difference in result.differences} == set(MENDED), str(result)


def test_the_recordings_of_6_1_tell_the_two_kernels_apart() -> None:
    names = ("examples", "its-commands", "more-switches", "uapi-create")
    files = [path for path in recordings("v6.1") if path.name.removesuffix(".jsonl.gz") in names]
    result = conform(files, revision="v6.12")
    differing = {difference.script for difference in result.differences}
    assert {"switches/irq-line-by-id", "switches/redist-rollback", "switches/sgi-broadcast"} <= differing
