"""The CTRL group of both devices (docs/facts/uapi.md#8)."""

from __future__ import annotations

import pytest

from tests.uapi.vmm import Vmm, occupy, ready

PIN = 1


def test_init_twice_is_no_error() -> None:
    assert ready().set("CTRL", "INIT") is None


def test_init_needs_no_address_and_no_vcpu() -> None:
    vmm = Vmm(0, "vgic-v3")
    assert vmm.set("CTRL", "INIT") is None
    assert vmm.errno("create_vcpu", id=0) == "EBUSY"


def test_init_reads_no_pointer() -> None:
    assert Vmm(1, "vgic-v3").set("CTRL", "INIT", bad=True) is None


def test_init_replaces_the_routes_that_were_set_before() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.ok("set_gsi_routing", entries=[{"gsi": 0, "type": PIN, "pin": 5}])
    vmm.must_set("CTRL", "INIT")
    vmm.ok("irqfd", gsi=0)
    vmm.ok("irqfd_signal", gsi=0)
    assert vmm.get("DIST_REGS", 0x204) == 1


@pytest.mark.parametrize(
    ("attr", "set_errno", "has_errno"),
    [
        pytest.param("INIT", None, None, id="INIT"),
        pytest.param("ITS_SAVE_TABLES", "ENXIO", "ENXIO", id="saving an ITS"),
        pytest.param("ITS_RESTORE_TABLES", "ENXIO", "ENXIO", id="restoring an ITS"),
        pytest.param("SAVE_PENDING_TABLES", None, None, id="saving pending tables"),
        pytest.param("ITS_CTRL_RESET", "ENXIO", "ENXIO", id="resetting an ITS"),
        pytest.param(5, "ENXIO", "ENXIO", id="an unknown one"),
    ],
)
def test_what_a_vgic_can_be_told(attr: str | int, set_errno: str | None, has_errno: str | None) -> None:
    vmm = ready()
    assert vmm.set("CTRL", attr) == set_errno
    assert vmm.has("CTRL", attr) == has_errno
    assert vmm.get_errno("CTRL", attr) == "ENXIO"


@pytest.mark.parametrize(
    ("attr", "has_errno"),
    [
        pytest.param("INIT", None, id="INIT"),
        pytest.param("ITS_SAVE_TABLES", None, id="saving"),
        pytest.param("ITS_RESTORE_TABLES", None, id="restoring"),
        pytest.param("SAVE_PENDING_TABLES", "ENXIO", id="saving pending tables, which does nothing"),
        pytest.param("ITS_CTRL_RESET", None, id="resetting"),
        pytest.param(5, "ENXIO", id="an unknown one, which does nothing"),
        pytest.param(-1, "ENXIO", id="all ones, which does nothing"),
    ],
)
def test_an_its_accepts_every_ctrl_even_without_vgic_and_address(attr: str | int, has_errno: str | None) -> None:
    vmm = Vmm(1, "vgic-its")
    assert vmm.set("CTRL", attr) is None
    assert vmm.has("CTRL", attr) == has_errno
    assert vmm.get_errno("CTRL", attr) == "ENXIO"


def test_pending_tables_are_not_saved_before_init() -> None:
    assert Vmm(1, "vgic-v3").set("CTRL", "SAVE_PENDING_TABLES") == "ENXIO"


def test_pending_tables_without_lpis_are_saved_whatever_their_address() -> None:
    assert ready(1, "vgic-its").set("CTRL", "SAVE_PENDING_TABLES") is None


@pytest.mark.parametrize("attr", ["ITS_SAVE_TABLES", "ITS_RESTORE_TABLES"])
def test_tables_whose_baser_is_not_valid_are_neither_saved_nor_restored(attr: str) -> None:
    vmm = ready(1, "vgic-its")
    vmm.ok("mem_write", gpa=0x40000000, hex="ff" * 16)
    assert vmm.set("CTRL", attr, dev=1) is None
    assert vmm.ok("mem_read", gpa=0x40000000, len=16)["hex"] == "ff" * 16


def test_init_leaves_interfaces_reset_and_the_newest_revision() -> None:
    vmm = ready()
    assert vmm.get("DIST_REGS", 0x8) == 0x4B00343B
    assert vmm.get("REDIST_REGS", 0x78) == 0x580
    assert vmm.get("CPU_SYSREGS", "ICC_SRE") == 7
    assert vmm.get("CPU_SYSREGS", "ICC_PMR") == 0


@pytest.mark.parametrize(
    ("dev", "attr", "errno"),
    [
        pytest.param(0, "INIT", None, id="INIT of a vGIC does not"),
        pytest.param(0, "SAVE_PENDING_TABLES", "EBUSY", id="saving pending tables, before INIT is missed"),
        pytest.param(1, "INIT", None, id="INIT of an ITS does not"),
        pytest.param(1, "ITS_SAVE_TABLES", "EBUSY", id="saving"),
        pytest.param(1, "ITS_RESTORE_TABLES", "EBUSY", id="restoring"),
        pytest.param(1, "ITS_CTRL_RESET", "EBUSY", id="resetting"),
        pytest.param(1, 5, "EBUSY", id="an unknown one of an ITS"),
    ],
)
def test_what_wants_every_vcpu_to_stand_still(dev: int, attr: str | int, errno: str | None) -> None:
    vmm = Vmm(2, "vgic-v3", "vgic-its")
    occupy(vmm, 1)
    assert vmm.set("CTRL", attr, dev=dev) == errno
