"""Which attribute exists on which device, and what HAS says (docs/facts/uapi.md#4)."""

from __future__ import annotations

import pytest

from tests.uapi.vmm import Vmm, ready

VGIC_GROUPS = ("ADDR", "DIST_REGS", "NR_IRQS", "REDIST_REGS", "CPU_SYSREGS", "LEVEL_INFO")
ATTRS = {"ADDR": 2, "CPU_SYSREGS": 0xC230}


@pytest.mark.parametrize("group", VGIC_GROUPS)
def test_a_vgic_has(group: str) -> None:
    vmm = ready(1, "vgic-its")
    assert vmm.has(group, ATTRS.get(group, 0)) is None
    assert vmm.get_errno(group, ATTRS.get(group, 0)) is None


@pytest.mark.parametrize(
    ("dev", "group"),
    [
        pytest.param(0, "CPU_REGS", id="registers of a GICv2 interface on a v3"),
        pytest.param(0, "ITS_REGS", id="registers of an ITS on a v3"),
        pytest.param(0, 9, id="an unknown group of a v3"),
        pytest.param(0, 0xFFFFFFFF, id="all ones of a v3"),
        *(pytest.param(1, group, id=f"{group} of an ITS") for group in VGIC_GROUPS if group != "ADDR"),
        pytest.param(1, "CPU_REGS", id="CPU_REGS of an ITS"),
        pytest.param(1, 9, id="an unknown group of an ITS"),
    ],
)
def test_a_group_that_a_device_has_not_is_enxio_every_way(dev: int, group: str | int) -> None:
    vmm = ready(1, "vgic-its")
    assert [vmm.set(group, dev=dev), vmm.get_errno(group, dev=dev), vmm.has(group, dev=dev)] == ["ENXIO"] * 3


@pytest.mark.parametrize(
    ("group", "attr", "errno"),
    [
        pytest.param("DIST_REGS", 0x0, None, id="GICD_CTLR"),
        pytest.param("DIST_REGS", 0x10, None, id="GICD_STATUSR"),
        pytest.param("DIST_REGS", 0x2, "ENXIO", id="half of GICD_CTLR"),
        pytest.param("DIST_REGS", 0x40, "ENXIO", id="GICD_SETSPI_NSR"),
        pytest.param("DIST_REGS", 0x1000, "ENXIO", id="beyond the distributor's registers"),
        pytest.param("DIST_REGS", 5 << 32, None, id="the distributor by any affinity"),
        pytest.param("REDIST_REGS", 0x0, None, id="GICR_CTLR"),
        pytest.param("REDIST_REGS", 0x10, "ENXIO", id="GICR_STATUSR, listed but never found"),
        pytest.param("REDIST_REGS", 0x10080, None, id="GICR_IGROUPR0"),
        pytest.param("REDIST_REGS", 1 << 32, "EINVAL", id="a redistributor of no vCPU"),
        pytest.param("CPU_SYSREGS", "ICC_PMR", None, id="ICC_PMR"),
        pytest.param("CPU_SYSREGS", 0xC230 | 0xFFFF << 16, None, id="ICC_PMR with ignored bits"),
        pytest.param("CPU_SYSREGS", "ICC_AP0R3", None, id="ICC_AP0R3, which reads as EINVAL"),
        pytest.param("CPU_SYSREGS", "ICC_IAR1", "ENXIO", id="ICC_IAR1"),
        pytest.param("LEVEL_INFO", 33 | 7 << 32, None, id="lines of a strange INTID of no vCPU"),
        pytest.param("LEVEL_INFO", 1 << 10, "ENXIO", id="no line levels but another kind"),
    ],
)
def test_has_says_which_registers_there_are(group: str, attr: str | int, errno: str | None) -> None:
    assert ready().has(group, attr) == errno


@pytest.mark.parametrize("group", ["DIST_REGS", "REDIST_REGS", "CPU_SYSREGS"])
def test_without_vcpus_no_register_can_be_asked_for(group: str) -> None:
    assert Vmm(0, "vgic-v3").has(group, 0) == "EINVAL"


def test_without_vcpus_line_levels_can_be_asked_for() -> None:
    assert Vmm(0, "vgic-v3").has("LEVEL_INFO", 0) is None


@pytest.mark.parametrize(
    ("offset", "what"),
    [pytest.param(0x84, "IGROUPR1", id="GICD_IGROUPR1"), pytest.param(0x6100, "IROUTER32", id="GICD_IROUTER32")],
)
def test_registers_of_spis_are_there_once_there_are_spis(offset: int, what: str) -> None:
    vmm = Vmm(1, "vgic-v3")
    assert vmm.has("DIST_REGS", offset) == "ENXIO", what
    vmm.must_set("NR_IRQS", 0, 64)
    assert vmm.has("DIST_REGS", offset) is None, what


def test_registers_end_with_the_number_of_interrupts() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.must_set("NR_IRQS", 0, 64)
    assert [vmm.has("DIST_REGS", offset) for offset in (0x104, 0x108)] == [None, "ENXIO"]


@pytest.mark.parametrize(
    ("offset", "errno"),
    [
        pytest.param(0x0, None, id="GITS_CTLR"),
        pytest.param(0x4, None, id="GITS_IIDR"),
        pytest.param(0x8, None, id="GITS_TYPER"),
        pytest.param(0x2, "EINVAL", id="half of GITS_CTLR"),
        pytest.param(0xC, "EINVAL", id="half of GITS_TYPER"),
        pytest.param(0x138, None, id="GITS_BASER7"),
        pytest.param(0x140, "ENXIO", id="beyond GITS_BASER"),
        pytest.param(0xFFD4, None, id="GITS_PIDR5"),
        pytest.param(0xFFCC, "EINVAL", id="just below, misaligned"),
        pytest.param(0x10040, "ENXIO", id="GITS_TRANSLATER"),
        pytest.param(1 << 31, "ENXIO", id="far beyond the frame"),
        pytest.param(1 << 40, None, id="GITS_CTLR, with more than 32 bits"),
        pytest.param(1 << 40 | 0x140, "ENXIO", id="beyond GITS_BASER, with more than 32 bits"),
    ],
)
def test_has_says_which_registers_an_its_has(offset: int, errno: str | None) -> None:
    assert Vmm(0, "vgic-its").has("ITS_REGS", offset) == errno
