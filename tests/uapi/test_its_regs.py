"""ITS_REGS: the control frame from userspace (docs/facts/uapi.md#7.4)."""

from __future__ import annotations

import pytest

from tests.machines import ITS
from tests.uapi.vmm import Vmm, occupy, ready

GROUP = "ITS_REGS"
CTLR, IIDR, TYPER, CBASER, CWRITER, CREADR, BASER0, BASER1 = 0x0, 0x4, 0x8, 0x80, 0x88, 0x90, 0x100, 0x108
VALID = 1 << 63
NO_REGISTER = 0x140


def addressed() -> Vmm:
    """A vGIC and an ITS with an address."""
    vmm = ready(1, "vgic-its")
    vmm.must_set("ADDR", "ITS", ITS, dev=1)
    return vmm


def enabled() -> Vmm:
    """A vGIC and an ITS that is on, with a command queue of 4 KiB."""
    vmm = addressed()
    for offset, value in ((BASER0, VALID | 0x40110000), (BASER1, VALID | 0x40100000), (CBASER, VALID | 0x40300000)):
        vmm.must_set(GROUP, offset, value, dev=1)
    vmm.must_set(GROUP, CTLR, 1, dev=1)
    return vmm


def test_a_bad_pointer_of_a_set_is_said_first() -> None:
    assert Vmm(1, "vgic-its").set(GROUP, 2, bad=True) == "EFAULT"


def test_then_misalignment() -> None:
    vmm = Vmm(1, "vgic-its")
    occupy(vmm, 0)
    assert [vmm.set(GROUP, 0x84), vmm.get_errno(GROUP, 0x84, bad=True)] == ["EINVAL", "EINVAL"]


def test_then_a_busy_vcpu() -> None:
    vmm = Vmm(1, "vgic-its")
    occupy(vmm, 0)
    assert [vmm.set(GROUP, CTLR), vmm.get_errno(GROUP, CTLR)] == ["EBUSY", "EBUSY"]


def test_then_that_there_is_no_address() -> None:
    vmm = Vmm(1, "vgic-its")
    assert [vmm.set(GROUP, CTLR), vmm.get_errno(GROUP, CTLR)] == ["ENXIO", "ENXIO"]


def test_then_that_there_is_no_such_register() -> None:
    vmm = addressed()
    assert [vmm.set(GROUP, NO_REGISTER, dev=1), vmm.get_errno(GROUP, NO_REGISTER, dev=1)] == ["ENXIO", "ENXIO"]


def test_last_a_bad_pointer_of_a_get() -> None:
    assert addressed().get_errno(GROUP, CTLR, dev=1, bad=True) == "EFAULT"


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        pytest.param(CTLR, 0x80000000, id="GITS_CTLR"),
        pytest.param(IIDR, 0x4B00043B, id="GITS_IIDR"),
        pytest.param(TYPER, 0x1EF71, id="GITS_TYPER"),
        pytest.param(CBASER, 0, id="GITS_CBASER"),
        pytest.param(BASER0, 0x1907000000000600, id="GITS_BASER0"),
        pytest.param(BASER1, 0x1C07000000000600, id="GITS_BASER1"),
        pytest.param(0x110, 0, id="GITS_BASER2"),
        pytest.param(0xFFD0, 0x40, id="GITS_PIDR4"),
        pytest.param(0xFFE0, 0x92, id="GITS_PIDR0"),
        pytest.param(0xFFE8, 0x3B, id="GITS_PIDR2"),
        pytest.param(0xFFFC, 0xB1, id="GITS_CIDR3"),
    ],
)
def test_a_register_after_creation(offset: int, value: int) -> None:
    assert addressed().get(GROUP, offset, 0xFFFFFFFFFFFFFFFF, dev=1) == value


@pytest.mark.parametrize(
    ("value", "errno"),
    [pytest.param(0, None, id="revision 0"), pytest.param(0x1000, "EINVAL", id="revision 1")],
)
def test_iidr_takes_the_revision_of_the_tables(value: int, errno: str | None) -> None:
    assert addressed().set(GROUP, IIDR, value, dev=1) == errno


@pytest.mark.parametrize(
    ("value", "errno", "after"),
    [
        pytest.param(0x40, None, 0x40, id="inside the ring"),
        pytest.param(0x5F, None, 0x40, id="bits below a command"),
        pytest.param(0x1000, "EINVAL", 0, id="at the ring's end"),
        pytest.param(1 << 20, None, 0, id="bits above a cursor"),
    ],
)
def test_creadr_is_put_inside_the_ring(value: int, errno: str | None, after: int) -> None:
    vmm = addressed()
    vmm.must_set(GROUP, CBASER, 0x40300000, dev=1)
    assert vmm.set(GROUP, CREADR, value, dev=1) == errno
    assert vmm.get(GROUP, CREADR, dev=1) == after


def test_creadr_of_an_its_that_is_on_is_busy_before_it_is_out_of_range() -> None:
    assert enabled().set(GROUP, CREADR, 0x1000, dev=1) == "EBUSY"


def test_cwriter_does_what_is_in_the_ring() -> None:
    vmm = enabled()
    vmm.ok("mem_write", gpa=0x40300000, u64=[9, 0, VALID | 3, 0])
    vmm.must_set(GROUP, CWRITER, 32, dev=1)
    assert vmm.get(GROUP, CREADR, dev=1) == 32
    assert list(vmm.vm.devices.value[0].maps.collection_list) == [3]


def test_cbaser_empties_the_ring() -> None:
    vmm = addressed()
    vmm.must_set(GROUP, CBASER, 0x40300000, dev=1)
    vmm.must_set(GROUP, CWRITER, 64, dev=1)
    vmm.must_set(GROUP, CBASER, 0x40300000, dev=1)
    assert [vmm.get(GROUP, offset, dev=1) for offset in (CWRITER, CREADR)] == [0, 0]


@pytest.mark.parametrize("offset", [TYPER, 0x110, 0xFFE8])
def test_what_never_changes_ignores_writes(offset: int) -> None:
    vmm = addressed()
    before = vmm.get(GROUP, offset, dev=1)
    assert vmm.set(GROUP, offset, 0xFFFFFFFFFFFFFFFF, dev=1) is None
    assert vmm.get(GROUP, offset, dev=1) == before


ABOVE = 1 << 32


def test_32_bits_of_an_offset_find_the_register() -> None:
    vmm = addressed()
    assert vmm.has(GROUP, ABOVE | CBASER, dev=1) is None
    vmm.must_set(GROUP, ABOVE | CBASER, VALID | 0x40300000, dev=1)
    assert vmm.get(GROUP, CBASER, dev=1) == vmm.get(GROUP, ABOVE | CBASER, dev=1) != 0


def test_past_32_bits_an_offset_need_only_be_a_multiple_of_4_and_of_a_high_half_nothing_is_cleared() -> None:
    vmm = addressed()
    assert vmm.get_errno(GROUP, ABOVE | CBASER | 2, dev=1) == "EINVAL"
    vmm.must_set(GROUP, CBASER, VALID | 0x40300001, dev=1)
    before = vmm.get(GROUP, CBASER, dev=1)
    vmm.must_set(GROUP, ABOVE | CBASER | 4, 0x2300000020, dev=1)
    assert vmm.get(GROUP, CBASER, dev=1) == before | 0x20 << 32
    assert vmm.get(GROUP, ABOVE | CBASER | 4, dev=1) == (before | 0x20 << 32) >> 32
