"""Findings in the shapes of the kernel's reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.record.finding import Finding, Place
from aiovgic.report.kernel import FORMATS

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

MOVER = Place(
    task="mover",
    access="write",
    object="irq8192",
    field="target_vcpu",
    function="update_affinity",
    file="model/its/mapping_commands.py",
    line=41,
    locks=("its0.cmd_lock", "its0.its_lock"),
)
NIC = Place(
    task="nic",
    access="read",
    object="irq8192",
    field="target_vcpu",
    function="vgic_target_oracle",
    file="model/inject.py",
    line=90,
)
RACE = Finding(
    kind="data-race",
    rule="happens-before",
    title="irq8192.target_vcpu is written by mover and read by nic, in no order",
    saw=("irq8192.target_vcpu is guarded by irq_lock",),
    places=(MOVER, NIC),
    replay="aiovgic replay msi-vs-movi '7>nic'",
)
CIRCLE = Finding(
    kind="lock-order",
    rule="circular",
    title="its_lock -> config_lock -> its_lock is a circle",
    saw=("vmm takes config_lock while it holds its_lock", "guest takes its_lock while it holds config_lock"),
    places=(
        Place(
            task="vmm",
            access="takes",
            object="vgic",
            field="config_lock",
            function="save",
            file="a.py",
            line=1,
            locks=("its0.its_lock",),
        ),
        Place(
            task="guest",
            access="takes",
            object="its0",
            field="its_lock",
            function="reset",
            file="b.py",
            line=2,
            locks=("vgic.config_lock",),
        ),
    ),
    replay="aiovgic replay save-vs-reset '5>guest'",
)
LIST = Finding(kind="list", rule="bus", title="its0 is on the bus 2 times")


@pytest.mark.parametrize("shape", sorted(FORMATS))
@pytest.mark.parametrize("finding", [RACE, CIRCLE, LIST], ids=["race", "circle", "list"])
def test_a_finding_in_the_shape_of_the_kernel(finding: Finding, shape: str, snapshot: SnapshotAssertion) -> None:
    assert FORMATS[shape](finding, "revision fixed") == snapshot
