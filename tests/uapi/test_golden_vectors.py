"""The expectations of KVM's own self-test of the vGIC's set-up (docs/facts/uapi.md#15)."""

from __future__ import annotations

import pytest

from tests.uapi.vmm import IPA_END, Vmm, region


def test_legacy_redistributors_are_placed_once_and_overlap_shows_at_the_first_run() -> None:
    vmm = Vmm(4, "vgic-v3")
    steps = [
        ("V3_DIST", 0x1000, "EINVAL"),
        ("V3_DIST", IPA_END, "E2BIG"),
        ("V3_REDIST", IPA_END - 0x10000, "E2BIG"),
        ("V3_REDIST", 0, None),
        ("V3_REDIST", 0, "EEXIST"),
        ("V3_REDIST_REGION", region(4, 0x100000, 0), "EINVAL"),
        ("V3_DIST", 0x70000, None),
    ]
    assert [(attr, value, vmm.set("ADDR", attr, value)) for attr, value, _ in steps] == steps
    assert vmm.run() == "EINVAL"


def test_regions_come_in_order_without_overlap_and_end_the_legacy_way() -> None:
    vmm = Vmm(4, "vgic-v3")
    steps = [
        ((4, 0x100000, 0, 2), "EINVAL"),
        ((0, 0x100000, 0, 0), "EINVAL"),
        ((2, 0x200000, 1, 0), "EINVAL"),
        ((2, 0x200000, 0, 0), None),
        ((2, 0x200000, 1, 0), "EINVAL"),
        ((1, 0x210000, 2, 0), "EINVAL"),
        ((1, 0x240000, 2, 0), "EINVAL"),
        ((1, 0x240000, 1, 0), None),
        ((1, IPA_END, 2, 0), "E2BIG"),
        ((2, IPA_END - 0x30000, 2, 0), "E2BIG"),
    ]
    assert [(word, vmm.region(*word)) for word, _ in steps] == steps
    assert vmm.set("ADDR", "V3_REDIST", 0x260000) == "EINVAL"
    assert vmm.get("ADDR", "V3_REDIST_REGION", 0) == region(2, 0x200000, 0)
    assert vmm.get_errno("ADDR", "V3_REDIST_REGION", 2) == "ENOENT"
    vmm.must_set("ADDR", "V3_DIST", 0x260000)
    assert vmm.region(1, 0x260000, 2) == "EINVAL"


@pytest.mark.parametrize(
    ("frames", "init", "errno"),
    [
        pytest.param(3, True, "ENXIO", id="one vCPU has no frame"),
        pytest.param(4, False, "EBUSY", id="frames for all, but no INIT"),
        pytest.param(4, True, None, id="frames for all, and INIT"),
    ],
)
def test_the_first_run_wants_a_frame_for_every_vcpu_and_init(frames: int, init: bool, errno: str | None) -> None:
    vmm = Vmm(4, "vgic-v3")
    vmm.add_region(frames, 0x100000, 0)
    vmm.must_set("ADDR", "V3_DIST", 0)
    if init:
        vmm.must_set("CTRL", "INIT")
    assert vmm.run() == errno


def test_an_its_has_one_aligned_address_below_the_end_of_memory() -> None:
    vmm = Vmm(1, "vgic-v3", "vgic-its")
    steps = [
        (0x401000, "EINVAL"),
        (IPA_END, "E2BIG"),
        (IPA_END - 0x10000, "E2BIG"),
        (0x400000, None),
        (0x300000, "EEXIST"),
    ]
    assert [(base, vmm.set("ADDR", "ITS", base, dev=1)) for base, _ in steps] == steps


def test_vcpus_that_outgrow_the_address_space_are_made_but_never_run() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.must_set("ADDR", "V3_REDIST", IPA_END - 3 * 0x20000)
    vmm.must_set("ADDR", "V3_DIST", 0)
    assert [vmm.errno("create_vcpu", id=vcpu) for vcpu in (1, 2, 3)] == [None, None, None]
    vmm.must_set("CTRL", "INIT")
    assert vmm.run() == "EINVAL"


def test_a_null_pointer_is_a_fault() -> None:
    vmm = Vmm(4, "vgic-v3")
    assert vmm.set("ADDR", "V3_REDIST_REGION", region(4, 0x100000, 0), bad=True) == "EFAULT"


def test_device_type_0_does_not_exist_even_as_a_test() -> None:
    assert Vmm().errno("create_device", type=0, flags="TEST") == "ENODEV"


def test_a_vm_has_one_vgic() -> None:
    assert Vmm(4, "vgic-v3").errno("create_device", type="vgic-v3") == "EEXIST"
