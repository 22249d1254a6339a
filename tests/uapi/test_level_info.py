"""LEVEL_INFO: input lines, 32 at a time (docs/facts/uapi.md#7.3)."""

from __future__ import annotations

import pytest

from tests.machines import DIST
from tests.uapi.vmm import PPI_LINE, SPI_LINE, Vmm, occupy, on_vcpu, ready

GROUP = "LEVEL_INFO"
OTHER_KIND = 1 << 10
ODD = 33
NO_VCPU = on_vcpu(7, OTHER_KIND | ODD)


def levels() -> Vmm:
    """A vGIC whose SPIs 32 to 47 are level-triggered."""
    vmm = ready(2)
    vmm.must_set("DIST_REGS", 0xC08, 0)
    return vmm


def test_a_vcpu_that_is_not_there_is_said_first() -> None:
    assert Vmm(1, "vgic-v3").set(GROUP, NO_VCPU, bad=True) == "EINVAL"


def test_then_a_bad_pointer_of_a_set() -> None:
    assert Vmm(1, "vgic-v3").set(GROUP, OTHER_KIND | ODD, bad=True) == "EFAULT"


def test_then_a_busy_vcpu() -> None:
    vmm = ready()
    occupy(vmm, 0)
    assert vmm.set(GROUP, OTHER_KIND | ODD) == "EBUSY"


def test_then_that_init_is_missing() -> None:
    assert Vmm(1, "vgic-v3").set(GROUP, OTHER_KIND | ODD) == "EBUSY"


@pytest.mark.parametrize(
    "attr",
    [
        pytest.param(OTHER_KIND, id="another kind"),
        pytest.param(ODD, id="no multiple of 32"),
        pytest.param(OTHER_KIND | ODD, id="both"),
    ],
)
def test_then_the_kind_and_the_intid_before_the_pointer_of_a_get(attr: int) -> None:
    vmm = ready()
    assert [vmm.set(GROUP, attr), vmm.get_errno(GROUP, attr, bad=True)] == ["EINVAL", "EINVAL"]


def test_last_a_bad_pointer_of_a_get() -> None:
    assert ready().get_errno(GROUP, 32, bad=True) == "EFAULT"


def test_lines_that_are_high_are_read() -> None:
    vmm = levels()
    vmm.ok("irq_line", irq=SPI_LINE | 35, level=1)
    assert vmm.get(GROUP, 32) == 1 << 3


def test_edge_triggered_lines_read_as_low() -> None:
    vmm = ready()
    vmm.must_set(GROUP, 32, 0xFF)
    assert vmm.get(GROUP, 32) == 0
    assert vmm.vm.dist.spi(32) is not None


def test_a_line_set_while_edge_shows_when_the_interrupt_becomes_level() -> None:
    vmm = ready()
    vmm.must_set(GROUP, 32, 0xFF)
    vmm.must_set("DIST_REGS", 0xC08, 0)
    assert vmm.get(GROUP, 32) == 0xFF


def test_sgis_have_no_lines() -> None:
    vmm = ready()
    vmm.must_set(GROUP, 0, 0xFFFFFFFF)
    assert vmm.get(GROUP, 0) == 0xFFFF0000


def test_ppis_are_each_vcpus_own() -> None:
    vmm = ready(2)
    vmm.ok("irq_line", irq=PPI_LINE | 1 << 16 | 20, level=1)
    assert [vmm.get(GROUP, on_vcpu(vcpu, 0)) for vcpu in (0, 1)] == [0, 1 << 20]


def test_spis_are_the_same_for_every_vcpu() -> None:
    vmm = levels()
    vmm.must_set(GROUP, on_vcpu(1, 32), 2)
    assert vmm.get(GROUP, on_vcpu(0, 32)) == 2


def test_intids_beyond_the_last_have_no_lines() -> None:
    vmm = ready()
    vmm.must_set(GROUP, 256, 0xFFFFFFFF)
    assert vmm.get(GROUP, 256) == 0
    assert vmm.get(GROUP, 992) == 0


@pytest.mark.parametrize(
    ("enabled", "listed"), [pytest.param(0b111, [32, 33], id="enabled"), pytest.param(0, [], id="disabled")]
)
def test_lines_that_rise_are_queued_if_enabled(enabled: int, listed: list[int]) -> None:
    vmm = levels()
    vmm.write(DIST, 2)
    vmm.must_set("DIST_REGS", 0x104, enabled)
    vmm.must_set(GROUP, 32, 0b011)
    assert [irq.intid for irq in vmm.vm.vcpus.value[0].ap_list] == listed


def test_a_line_that_falls_takes_its_interrupt_off_no_list() -> None:
    vmm = levels()
    vmm.write(DIST, 2)
    vmm.must_set("DIST_REGS", 0x104, 1)
    vmm.must_set(GROUP, 32, 1)
    vmm.must_set(GROUP, 32, 0)
    assert [irq.intid for irq in vmm.vm.vcpus.value[0].ap_list] == [32]
    assert vmm.run() is None
    assert list(vmm.vm.vcpus.value[0].ap_list) == []
