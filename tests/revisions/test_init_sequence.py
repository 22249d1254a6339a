"""How an ITS comes to the bus in each revision: docs/facts/uapi.md#13, the three columns side by side."""

from __future__ import annotations

import pytest

from tests.machines import GRP
from tests.revisions.vmm import BASES, Vmm

UNDEF = (1 << 64) - 1
OF_2016 = ("its-v7", "v4.8")
REVISIONS = (*OF_2016, "v6.1", "v6.12", "fixed")


@pytest.mark.parametrize(("revision", "decoded"), [("its-v7", False), ("v4.8", False), ("v6.12", True)])
def test_addr_alone_registers_from_4_12_on(revision: str, decoded: bool) -> None:
    vmm = Vmm(revision)
    assert vmm.addr(1, BASES[0]) is None
    assert bool(vmm.bus()) == decoded


@pytest.mark.parametrize(("revision", "decoded"), [("its-v7", True), ("v4.8", False), ("v6.12", True)])
def test_init_after_addr_registers_in_v7(revision: str, decoded: bool) -> None:
    vmm = Vmm(revision)
    vmm.addr(1, BASES[0])
    assert vmm.init(1) is None
    assert bool(vmm.bus()) == decoded


@pytest.mark.parametrize("revision", REVISIONS)
def test_after_addr_init_and_a_run_the_guest_finds_it(revision: str) -> None:
    vmm = Vmm(revision)
    vmm.addr(1, BASES[0])
    vmm.init(1)
    assert vmm.run() is None
    assert vmm.decodes(BASES[0])


@pytest.mark.parametrize(
    ("revision", "errno", "again"),
    [("its-v7", None, None), ("v4.8", "EBUSY", "EBUSY"), ("v6.12", None, None)],
)
def test_a_vm_runs_without_init_but_for_4_8(revision: str, errno: str | None, again: str | None) -> None:
    vmm = Vmm(revision)
    vmm.addr(1, BASES[0])
    assert vmm.run() == errno
    assert vmm.run() == again


@pytest.mark.parametrize(("revision", "errno"), [("its-v7", None), ("v4.8", "ENXIO"), ("v6.12", None)])
def test_a_vm_runs_without_addr_but_for_4_8(revision: str, errno: str | None) -> None:
    vmm = Vmm(revision)
    vmm.init(1)
    assert vmm.run() == errno


def test_in_4_8_a_run_that_failed_tears_the_vgic_down_and_can_be_tried_again() -> None:
    vmm = Vmm("v4.8")
    vmm.addr(1, BASES[0])
    assert vmm.run() == "EBUSY"
    assert vmm.init(1) is None
    assert vmm.run() == "EBUSY", "the vGIC itself is not initialised any more"
    assert vmm.init(0) is None
    assert vmm.run() is None
    assert vmm.decodes(BASES[0])


def test_in_4_8_devices_are_visited_newest_first_and_registered_again() -> None:
    vmm = Vmm("v4.8", its=2)
    vmm.addr(1, BASES[0])
    vmm.addr(2, BASES[1])
    vmm.init(2)
    assert vmm.run() == "EBUSY"
    assert vmm.bus() == ["its1"]
    vmm.init(1)
    vmm.init(0)
    assert vmm.run() is None
    assert vmm.bus() == ["its0", "its1", "its1"]


@pytest.mark.parametrize(("revision", "decoded"), [("its-v7", True), ("v4.8", False), ("v6.12", True)])
def test_an_its_made_after_the_first_run_is_never_decoded_in_4_8(revision: str, decoded: bool) -> None:
    vmm = Vmm(revision, its=0)
    assert vmm.run() is None
    vmm.create()
    assert vmm.addr(1, BASES[0]) is None
    assert vmm.init(1) is None
    assert vmm.run() is None
    assert vmm.decodes(BASES[0]) == decoded


@pytest.mark.parametrize(("revision", "registered"), [("its-v7", 2), ("v4.8", 1), ("v6.12", 1)])
def test_init_twice_registers_twice_in_v7(revision: str, registered: int) -> None:
    vmm = Vmm(revision)
    vmm.addr(1, BASES[0])
    assert vmm.init(1) is None
    assert vmm.init(1) is None
    vmm.run()
    assert vmm.bus() == ["its0"] * registered


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_address_that_came_after_init_is_kept_and_read_back(revision: str) -> None:
    vmm = Vmm(revision)
    assert vmm.get_addr(1) == UNDEF
    assert vmm.init(1) is None
    assert vmm.addr(1, BASES[0]) is None
    assert vmm.get_addr(1) == BASES[0]
    assert vmm.addr(1, BASES[1]) == "EEXIST"
    assert vmm.run() is None
    assert vmm.decodes(BASES[0]) == (revision != "its-v7")


@pytest.mark.parametrize(
    ("base", "old", "new"),
    [
        pytest.param(1 << 40 | 1, "E2BIG", "EINVAL", id="beyond and not aligned"),
        pytest.param((1 << 40) - 0x10000, None, "E2BIG", id="its end is beyond"),
        pytest.param(0x08081000, "EINVAL", "EINVAL", id="not aligned"),
    ],
)
def test_an_address_is_checked_as_the_years_had_it(base: int, old: str | None, new: str) -> None:
    for revision in REVISIONS:
        assert Vmm(revision).addr(1, base) == (old if revision in OF_2016 else new), revision


def test_in_2016_a_set_address_is_noticed_last() -> None:
    for revision in REVISIONS:
        vmm = Vmm(revision)
        vmm.addr(1, BASES[0])
        assert vmm.addr(1, 0x08081000) == ("EINVAL" if revision in OF_2016 else "EEXIST"), revision


@pytest.mark.parametrize("revision", OF_2016)
def test_in_2016_there_are_no_registers_and_no_other_control(revision: str) -> None:
    vmm = Vmm(revision)
    vmm.addr(1, BASES[0])
    for attr in ("KVM_DEV_ARM_ITS_SAVE_TABLES", "KVM_DEV_ARM_ITS_RESTORE_TABLES", "KVM_DEV_ARM_ITS_CTRL_RESET", 99):
        assert vmm.ctrl(1, attr) == "ENXIO"
        assert vmm.bench.errno("has_device_attr", dev=1, group=f"{GRP}CTRL", attr=attr) == "ENXIO"
    for op in ("get_device_attr", "set_device_attr", "has_device_attr"):
        assert vmm.bench.errno(op, dev=1, group=f"{GRP}ITS_REGS", attr=0) == "ENXIO"
    assert vmm.bench.errno("has_device_attr", dev=1, group=f"{GRP}CTRL", attr=0) is None
    assert vmm.bench.errno("has_device_attr", dev=1, group=f"{GRP}ADDR", attr=4) is None


@pytest.mark.parametrize(("revision", "early", "late"), [("its-v7", 1, 0), ("v4.8", 1, 0), ("v6.1", 1, 1)])
def test_in_2016_init_of_the_vgic_says_that_msis_have_device_ids(revision: str, early: int, late: int) -> None:
    before, after = Vmm(revision, its=0, ready=False), Vmm(revision, its=0)
    for vmm in (before, after):
        vmm.create()
    assert before.devid() == int(revision not in OF_2016)
    assert before.init(0) is None
    assert [before.devid(), after.devid()] == [early, late]


@pytest.mark.parametrize(
    ("revision", "typer"), [("its-v7", 0x1EF01), ("v4.8", 0x1EF01), ("v6.1", 0x1EF71), ("v6.12", 0x1EF71)]
)
def test_in_2016_gits_typer_gives_no_size_of_an_entry(revision: str, typer: int) -> None:
    vmm = Vmm(revision)
    vmm.addr(1, BASES[0])
    vmm.init(1)
    assert vmm.typer(BASES[0]) == typer
