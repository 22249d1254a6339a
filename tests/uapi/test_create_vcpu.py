"""KVM_CREATE_VCPU, and what it leaves behind when it fails (docs/facts/uapi.md#3)."""

from __future__ import annotations

import pytest

from aiovgic.revisions import layers_of
from tests.machines import DIST, FRAME, REDIST
from tests.uapi.vmm import Vmm, ready

MPIDR_EL1 = 0x603000000013C005
ALIVE = 1 << 31


@pytest.mark.parametrize(
    ("vcpu", "errno"),
    [
        pytest.param(511, None, id="the highest"),
        pytest.param(512, "EINVAL", id="one too high"),
        pytest.param(0, "EEXIST", id="there already"),
        pytest.param(0xFFFFFFFF, "EINVAL", id="all ones"),
    ],
)
def test_an_id_is_new_and_below_512(vcpu: int, errno: str | None) -> None:
    assert Vmm(1).errno("create_vcpu", id=vcpu) == errno


def test_a_full_vm_says_so_before_it_looks_at_the_id() -> None:
    vmm = Vmm(0)
    for vcpu in range(512):
        vmm.ok("create_vcpu", id=vcpu)
    assert vmm.errno("create_vcpu", id=0) == "EINVAL"


@pytest.mark.parametrize(
    ("vcpu", "errno"),
    [
        pytest.param(1, "EBUSY", id="a new one"),
        pytest.param(0, "EBUSY", id="one that is there already"),
        pytest.param(512, "EINVAL", id="one too high"),
    ],
)
def test_after_init_no_vcpu_is_made(vcpu: int, errno: str) -> None:
    assert ready().errno("create_vcpu", id=vcpu) == errno


@pytest.mark.parametrize(("revision", "errno"), [("fixed", None), ("v6.12", "ENXIO")])
def test_a_vcpu_that_existed_already_costs_a_slot_of_a_counted_region_in_6_12(revision: str, errno: str | None) -> None:
    vmm = Vmm(1, "vgic-v3", layers=layers_of(revision))
    vmm.add_region(2, REDIST, 0)
    vmm.must_set("ADDR", "V3_DIST", DIST)
    assert vmm.errno("create_vcpu", id=0) == "EEXIST"
    vmm.ok("create_vcpu", id=1)
    vmm.must_set("CTRL", "INIT")
    assert vmm.run() == errno


@pytest.mark.parametrize(("revision", "slot"), [("fixed", 1), ("v6.12", 2)])
def test_the_frame_of_a_vcpu_that_existed_already_goes_to_the_next_one_but_not_in_6_12(
    revision: str, slot: int
) -> None:
    vmm = Vmm(1, "vgic-v3", layers=layers_of(revision))
    vmm.must_set("ADDR", "V3_REDIST", REDIST)
    vmm.must_set("ADDR", "V3_DIST", DIST)
    assert vmm.errno("create_vcpu", id=0) == "EEXIST"
    vmm.ok("create_vcpu", id=1)
    vmm.must_set("CTRL", "INIT")
    assert [vcpu.rd.base_addr for vcpu in vmm.vm.vcpus.value] == [REDIST, REDIST + slot * FRAME]
    assert ("mmio_exit" in vmm.ok("mmio_read", vcpu=0, addr=REDIST + FRAME, size=4)) is (slot == 2)


def test_a_vcpu_whose_frame_does_not_fit_is_not_made_and_not_counted() -> None:
    vmm = Vmm(2, "vgic-v3")
    vmm.must_set("ADDR", "V3_REDIST", REDIST)
    vmm.must_set("ADDR", "V3_DIST", REDIST + FRAME)
    assert vmm.errno("create_vcpu", id=2) == "EINVAL"
    assert len(vmm.vm.vcpus.value) == 2
    assert vmm.set("CTRL", "INIT") is None


@pytest.mark.parametrize(
    ("vcpu", "affinity"),
    [
        pytest.param(0, 0, id="the first"),
        pytest.param(15, 15, id="the last of a cluster"),
        pytest.param(16, 0x100, id="the first of the next"),
        pytest.param(511, 0x1F0F, id="the highest"),
    ],
)
def test_affinity_comes_from_the_id_in_clusters_of_16(vcpu: int, affinity: int) -> None:
    assert int(Vmm([vcpu]).ok("get_one_reg", vcpu=0, id=MPIDR_EL1)["value"], 0) == ALIVE | affinity


def test_before_arm_vcpu_init_all_affinities_are_0_and_the_first_vcpu_is_found() -> None:
    vmm = Vmm(0, "vgic-v3")
    vmm.ok("create_vcpu", id=5)
    vmm.ok("create_vcpu", id=6)
    vmm.must_set("CTRL", "INIT")
    assert vmm.get("REDIST_REGS", 0x8) >> 8 & 0xFFFF == 5
    assert vmm.get_errno("REDIST_REGS", 6 << 32 | 0x8) == "EINVAL"


def test_an_affinity_that_userspace_sets_is_the_one_that_counts() -> None:
    vmm = ready(2)
    vmm.ok("set_one_reg", vcpu=1, id=MPIDR_EL1, value=ALIVE | 0x20304)
    assert vmm.get_errno("REDIST_REGS", 1 << 32 | 0x8) == "EINVAL"
    assert vmm.get("REDIST_REGS", 0x20304 << 32 | 0xC) == 0x20304


@pytest.mark.parametrize(
    ("features", "errno"),
    [
        pytest.param(0, None, id="none"),
        pytest.param(1 << 0, None, id="powered off"),
        pytest.param(1 << 1, "EINVAL", id="one that this host has not"),
        pytest.param(1 << 2, "EINVAL", id="others than the first vCPU's"),
        pytest.param(1 << 8, "ENOENT", id="one that KVM does not know"),
    ],
)
def test_features_of_a_vcpu(features: int, errno: str | None) -> None:
    assert Vmm(1).errno("arm_vcpu_init", vcpu=0, features=features) == errno  # it was initialised without any
