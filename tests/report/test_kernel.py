"""Findings in the shapes of the kernel's reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from aiovgic.record.finding import Finding, Frame, Place
from aiovgic.report.kernel import FORMATS, shaped

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
    stack=(
        Frame("update_affinity", "model/its/mapping_commands.py", 41),
        Frame("handle_movi", "model/its/mapping_commands.py", 30),
    ),
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
USED = Finding(
    kind="use-after-free",
    rule="read",
    title="irq8192.target_vcpu is read after irq8192 was freed",
    places=(NIC, msgspec.structs.replace(MOVER, access="freed", field="")),
    history=(Place(task="setup", access="allocated", object="irq8192", function="add_lpi", file="lpi.py", line=38),),
    replay="aiovgic replay msi-vs-movi '7>nic'",
)
ASLEEP = Finding(
    kind="sleep-in-atomic",
    rule="sleeps",
    title="mover sleeps on config_lock while it holds irq_lock",
    places=(MOVER,),
)
LIST = Finding(kind="list", rule="bus", title="its0 is on the bus 2 times")


@pytest.mark.parametrize("shape", sorted(FORMATS))
@pytest.mark.parametrize(
    "finding", [RACE, CIRCLE, LIST, USED, ASLEEP], ids=["race", "circle", "list", "used", "asleep"]
)
def test_a_finding_in_the_shape_of_the_kernel(finding: Finding, shape: str, snapshot: SnapshotAssertion) -> None:
    assert shaped(finding, shape, "revision fixed") == snapshot
