"""KVM_CREATE_DEVICE, close(2), and KVM_CREATE_IRQCHIP (docs/facts/uapi.md#2)."""

from __future__ import annotations

import pytest

from aiovgic.model.host import Host
from tests.machines import ITS
from tests.uapi.vmm import Vmm, occupy, ready

VGIC_V2, VGIC_V3, VGIC_ITS = 5, 7, 8
PROPBASER = 0x70
ITS2 = 0x09080000


@pytest.mark.parametrize("flags", [0, 1], ids=["in earnest", "as a test"])
@pytest.mark.parametrize("kind", [0, 1, 2, 3, VGIC_V2, 6, 9, 10, 11, 12, 0xFFFFFFFF])
def test_a_type_that_this_host_has_not(kind: int, flags: int) -> None:
    assert Vmm().errno("create_device", type=kind, flags=flags) == "ENODEV"


@pytest.mark.parametrize("kind", [VGIC_V3, VGIC_ITS], ids=["vgic-v3", "vgic-its"])
def test_a_test_makes_nothing(kind: int) -> None:
    vmm = Vmm(1)
    assert vmm.ok("create_device", type=kind, flags="KVM_CREATE_DEVICE_TEST") == {"ret": 0, "errno": None}
    assert vmm.get_errno("ADDR", 4) == "EBADF"
    assert vmm.ok("check_extension", cap="KVM_CAP_MSI_DEVID")["ret"] == 0


def test_a_test_says_nothing_about_the_vgic_that_is_there() -> None:
    assert Vmm(1, "vgic-v3").errno("create_device", type=VGIC_V3, flags="TEST") is None


def test_unknown_flags_are_ignored() -> None:
    assert Vmm(1).ok("create_device", type=VGIC_V3, flags=0xFFFFFFFE)["dev"] == 0


def test_devices_are_numbered_as_they_are_made() -> None:
    vmm = Vmm(1)
    assert [vmm.ok("create_device", type=kind)["dev"] for kind in (VGIC_ITS, VGIC_V3, VGIC_ITS)] == [0, 1, 2]


def test_after_a_run_no_vgic_is_made() -> None:
    vmm = Vmm(2)
    assert vmm.run(1) is None
    assert vmm.errno("create_device", type=VGIC_V3) == "EBUSY"


def test_that_there_is_one_already_is_said_before_that_a_vcpu_ran() -> None:
    vmm = ready()
    assert vmm.run() is None
    assert vmm.errno("create_device", type=VGIC_V3) == "EEXIST"


def test_a_busy_vcpu_is_said_before_all_that() -> None:
    vmm = ready(2)
    occupy(vmm, 1)
    assert vmm.errno("create_device", type=VGIC_V3) == "EBUSY"
    assert vmm.run(0) is None


def test_a_vcpu_that_never_ran_well_does_not_count() -> None:
    vmm = Vmm(0)
    vmm.ok("create_vcpu", id=0)
    assert vmm.run() == "ENOEXEC"
    assert vmm.errno("create_device", type=VGIC_V3) is None


def test_an_its_needs_no_vgic_and_may_come_after_a_run() -> None:
    vmm = Vmm(1)
    assert vmm.run() is None
    assert vmm.errno("create_device", type=VGIC_ITS) is None


def test_an_its_made_after_the_vgic_ran_answers_at_its_address() -> None:
    vmm = ready()
    assert vmm.run() is None
    vmm.ok("create_device", type=VGIC_ITS)
    vmm.must_set("ADDR", "ITS", ITS, dev=1)
    assert vmm.read(ITS + 0x8, size=8) == 0x1EF71


def test_several_itses_are_independent() -> None:
    vmm = ready(1, "vgic-its", "vgic-its")
    vmm.must_set("ADDR", "ITS", ITS, dev=1)
    vmm.must_set("ADDR", "ITS", ITS2, dev=2)
    vmm.must_set("ITS_REGS", 0x80, 0x40000000, dev=2)
    assert [vmm.read(ITS + 0x80, 8), vmm.read(ITS2 + 0x80, 8)] == [0, 0x1800000040000000]


def test_every_new_its_resets_the_shared_propbaser() -> None:
    vmm = ready()
    assert vmm.get("REDIST_REGS", PROPBASER) == 0
    vmm.ok("create_device", type=VGIC_ITS)
    assert vmm.get("REDIST_REGS", PROPBASER) == 0x580
    vmm.must_set("REDIST_REGS", PROPBASER, 0x4001000F)
    vmm.ok("create_device", type=VGIC_ITS)
    assert vmm.get("REDIST_REGS", PROPBASER) == 0x580


def test_a_closed_device_has_no_descriptor_but_goes_on_working() -> None:
    vmm = ready(1, "vgic-its")
    vmm.must_set("ADDR", "ITS", ITS, dev=1)
    vmm.ok("close_device", dev=1)
    assert vmm.get_errno("ADDR", "ITS", dev=1) == "EBADF"
    assert vmm.read(ITS + 0x8, size=8) == 0x1EF71
    assert vmm.ok("create_device", type=VGIC_ITS)["dev"] == 2


def test_without_a_vm_there_is_no_descriptor() -> None:
    vmm = Vmm()
    vmm.machine.session = None
    assert vmm.errno("create_device", type=VGIC_V3) == "EBADF"


@pytest.mark.parametrize(
    ("gic", "errno"), [pytest.param(3, "ENODEV", id="a GICv3"), pytest.param(0, "ENXIO", id="no GIC at all")]
)
def test_the_old_irqchip_is_not_there_on_a_host_with(gic: int, errno: str) -> None:
    assert Vmm(1, host=Host(gic=gic)).errno("create_irqchip") == errno


@pytest.mark.parametrize("gic", [2, 0], ids=["a GICv2", "no GIC"])
@pytest.mark.parametrize("kind", [VGIC_V3, VGIC_ITS], ids=["vgic-v3", "vgic-its"])
def test_a_host_without_gicv3_has_neither_vgic_v3_nor_its(gic: int, kind: int) -> None:
    vmm = Vmm(1, host=Host(gic=gic))
    assert [vmm.errno("create_device", type=kind, flags=flags) for flags in (0, 1)] == ["ENODEV", "ENODEV"]
    assert vmm.run() is None


@pytest.mark.parametrize(
    ("attr", "fd", "errno"),
    [
        pytest.param(1, 0, "EINVAL", id="added: a file, but none of VFIO"),
        pytest.param(2, 0, "ENOENT", id="removed: never added"),
        pytest.param(1, 1000, "EBADF", id="no file"),
        pytest.param(3, 0, "ENXIO", id="no such attribute"),
    ],
)
def test_a_file_for_vfio(attr: int, fd: int, errno: str) -> None:
    assert Vmm(0, "4").set(1, attr, fd) == errno
