"""The ADDR group: which checks come first, and what is read back (docs/facts/uapi.md#5)."""

from __future__ import annotations

import pytest

from aiovgic.model.host import Host
from tests.uapi.vmm import IPA_END, NOWHERE, Vmm, region

WRAPPING = NOWHERE - 0xFFFF


@pytest.mark.parametrize(
    ("attr", "dev"),
    [
        pytest.param("V3_DIST", 0, id="the distributor"),
        pytest.param("V3_REDIST", 0, id="the redistributors"),
        pytest.param("ITS", 1, id="an ITS"),
    ],
)
def test_an_address_that_was_never_set_reads_as_all_ones(attr: str, dev: int) -> None:
    assert Vmm(1, "vgic-v3", "vgic-its").get("ADDR", attr, dev=dev) == NOWHERE


@pytest.mark.parametrize(
    ("attr", "size"),
    [pytest.param("V3_DIST", 0x10000, id="the distributor"), pytest.param("ITS", 0x20000, id="an ITS")],
)
class TestOneFrame:
    def test_it_may_end_where_the_address_space_ends(self, attr: str, size: int) -> None:
        vmm = Vmm(1, "vgic-v3", "vgic-its")
        assert vmm.set("ADDR", attr, IPA_END - size, dev=int(attr == "ITS")) is None
        assert vmm.get("ADDR", attr, dev=int(attr == "ITS")) == IPA_END - size

    def test_that_it_has_an_address_is_said_first(self, attr: str, size: int) -> None:
        vmm = Vmm(1, "vgic-v3", "vgic-its")
        vmm.must_set("ADDR", attr, 0x400000, dev=int(attr == "ITS"))
        assert vmm.set("ADDR", attr, IPA_END + 1, dev=int(attr == "ITS")) == "EEXIST"

    def test_misalignment_is_said_before_the_end_of_memory(self, attr: str, size: int) -> None:
        vmm = Vmm(1, "vgic-v3", "vgic-its")
        assert vmm.set("ADDR", attr, IPA_END + 0x1000, dev=int(attr == "ITS")) == "EINVAL"

    def test_wrapping_is_said_before_the_end_of_memory(self, attr: str, size: int) -> None:
        vmm = Vmm(1, "vgic-v3", "vgic-its")
        assert vmm.set("ADDR", attr, WRAPPING, dev=int(attr == "ITS")) == "EINVAL"

    def test_a_bad_pointer_is_said_before_anything_about_the_address(self, attr: str, size: int) -> None:
        vmm = Vmm(1, "vgic-v3", "vgic-its")
        vmm.must_set("ADDR", attr, 0x400000, dev=int(attr == "ITS"))
        assert vmm.set("ADDR", attr, 1, dev=int(attr == "ITS"), bad=True) == "EFAULT"
        assert vmm.get_errno("ADDR", attr, dev=int(attr == "ITS"), bad=True) == "EFAULT"


@pytest.mark.parametrize(
    ("attr", "dev", "bad", "errno"),
    [
        pytest.param("V2_DIST", 0, False, "ENXIO", id="a GICv2 distributor of a v3"),
        pytest.param("ITS", 0, False, "ENXIO", id="an ITS of a v3"),
        pytest.param(6, 0, False, "ENXIO", id="an unknown one of a v3"),
        pytest.param("V3_DIST", 1, False, "ENODEV", id="a distributor of an ITS"),
        pytest.param(5, 1, True, "ENODEV", id="of an ITS, before the pointer is looked at"),
    ],
)
def test_a_device_has_only_its_own_addresses(attr: str | int, dev: int, bad: bool, errno: str) -> None:
    vmm = Vmm(1, "vgic-v3", "vgic-its")
    assert vmm.set("ADDR", attr, 0x400000, dev=dev, bad=bad) == errno
    assert vmm.get_errno("ADDR", attr, dev=dev) == errno
    assert vmm.has("ADDR", attr, dev=dev) == "ENXIO"


def test_the_smaller_address_space_of_a_vm_is_what_counts() -> None:
    vmm = Vmm(1)
    vmm.ok("create_vm", ipa_bits=36, ram_gpa=0)
    vmm.ok("create_device", type="vgic-v3")
    assert vmm.set("ADDR", "V3_DIST", 1 << 36) == "E2BIG"
    assert vmm.set("ADDR", "V3_DIST", (1 << 36) - 0x10000) is None


def test_the_legacy_address_reads_as_the_first_region() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.add_region(1, 0x200000, 0)
    assert vmm.get("ADDR", "V3_REDIST") == 0x200000


def test_legacy_redistributors_may_not_touch_a_distributor_that_is_there_already() -> None:
    vmm = Vmm(2, "vgic-v3")
    vmm.must_set("ADDR", "V3_DIST", 0x130000)
    assert vmm.set("ADDR", "V3_REDIST", 0x100000) == "EINVAL"
    assert vmm.set("ADDR", "V3_REDIST", 0xF0000) is None


def test_overlap_of_a_region_is_said_before_the_end_of_memory() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.add_region(1, IPA_END - 0x20000, 0)
    assert vmm.region(2, IPA_END - 0x20000, 1) == "EINVAL"
    assert vmm.region(1, IPA_END, 1) == "E2BIG"


def test_its_frames_may_overlap_everything() -> None:
    vmm = Vmm(1, "vgic-v3", "vgic-its", "vgic-its")
    steps = [("V3_DIST", 0, 0x400000), ("ITS", 1, 0x400000), ("ITS", 2, 0x410000)]
    assert [vmm.set("ADDR", attr, base, dev=dev) for attr, dev, base in steps] == [None, None, None]


def test_a_counted_region_may_follow_a_legacy_one_and_is_never_used() -> None:
    vmm = Vmm(2, "vgic-v3")
    vmm.must_set("ADDR", "V3_REDIST", 0x200000)
    assert vmm.region(1, 0x400000, 1) is None
    assert vmm.get("ADDR", "V3_REDIST_REGION", 1) == region(1, 0x400000, 1)
    vmm.ok("create_vcpu", id=2)
    assert [hex(vcpu.rd.base_addr) for vcpu in vmm.vm.vcpus.value] == ["0x200000", "0x220000", "0x240000"]


@pytest.mark.parametrize(
    ("attr", "errno"), [("V3_REDIST_REGION", "EFAULT"), ("V3_DIST", "ENXIO"), ("V2_DIST", "EFAULT")]
)
def test_of_a_region_the_buffer_is_read_before_the_model_is_looked_at(attr: str, errno: str) -> None:
    assert Vmm(1, "vgic-v2", host=Host(gic=2)).get_errno("ADDR", attr, bad=True) == errno
