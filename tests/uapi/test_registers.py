"""DIST_REGS and REDIST_REGS: the order of checks, and how userspace's view differs (docs/facts/uapi.md#7.1)."""

from __future__ import annotations

import pytest

from tests.machines import DIST
from tests.uapi.vmm import SPI_LINE, Vmm, occupy, on_vcpu, ready

NO_VCPU = on_vcpu(7, 0)


@pytest.mark.parametrize("group", ["DIST_REGS", "REDIST_REGS", "CPU_SYSREGS", "LEVEL_INFO"])
class TestEveryGroup:
    def test_without_vcpus_nobody_is_found(self, group: str) -> None:
        vmm = Vmm(0, "vgic-v3")
        vmm.must_set("CTRL", "INIT")
        assert [vmm.set(group, 0xC230), vmm.get_errno(group, 0xC230)] == ["EINVAL", "EINVAL"]

    def test_before_init_everything_is_busy(self, group: str) -> None:
        vmm = Vmm(1, "vgic-v3")
        assert [vmm.set(group), vmm.get_errno(group), vmm.get_errno(group, bad=True)] == ["EBUSY"] * 3

    def test_one_busy_vcpu_makes_all_busy(self, group: str) -> None:
        vmm = ready(2)
        occupy(vmm, 1)
        assert [vmm.set(group), vmm.get_errno(group)] == ["EBUSY", "EBUSY"]

    def test_refusing_for_one_busy_vcpu_lets_go_of_the_others(self, group: str) -> None:
        vmm = ready(2)
        occupy(vmm, 1)
        assert vmm.get_errno(group) == "EBUSY"
        assert vmm.run(0) is None


@pytest.mark.parametrize("group", ["DIST_REGS", "REDIST_REGS"])
class TestFrames:
    def test_a_bad_pointer_is_said_before_init_is_missed(self, group: str) -> None:
        assert Vmm(1, "vgic-v3").set(group, 0, bad=True) == "EFAULT"

    def test_a_bad_pointer_is_said_last_by_a_get(self, group: str) -> None:
        assert ready().get_errno(group, 0, bad=True) == "EFAULT"

    @pytest.mark.parametrize(
        "offset",
        [
            pytest.param(0x1000, id="an unknown register"),
            pytest.param(0x2, id="half of a register"),
            pytest.param(0x400 + 1, id="one byte of priorities"),
            pytest.param(0x280, id="ICPENDR"),
            pytest.param(0xFFFFFFFC, id="far beyond the frame"),
        ],
    )
    def test_what_is_not_there_reads_zero_and_ignores_writes(self, group: str, offset: int) -> None:
        vmm = ready()
        assert vmm.set(group, offset, 0xFFFFFFFF) is None
        assert vmm.get(group, offset) == 0

    def test_a_get_leaves_the_upper_half_of_the_buffer(self, group: str) -> None:
        assert ready().get(group, 0x1000, 0xFFFFFFFFFFFFFFFF) == 0xFFFFFFFF00000000


def test_a_vcpu_that_is_not_there_is_said_before_a_bad_pointer() -> None:
    assert Vmm(1, "vgic-v3").set("REDIST_REGS", NO_VCPU, bad=True) == "EINVAL"


def test_the_distributor_is_the_same_for_every_affinity() -> None:
    vmm = ready(2)
    vmm.must_set("DIST_REGS", on_vcpu(7, 0x104), 0xF0)
    assert vmm.get("DIST_REGS", 0x104) == 0xF0


def test_registers_beyond_the_number_of_interrupts_are_not_there() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.must_set("NR_IRQS", 0, 64)
    vmm.must_set("CTRL", "INIT")
    vmm.must_set("DIST_REGS", 0x108, 0xFFFFFFFF)
    assert vmm.get("DIST_REGS", 0x108) == 0


def test_ispendr_reads_the_latch_without_the_line() -> None:
    vmm = ready()
    vmm.must_set("DIST_REGS", 0xC08, 0)
    vmm.ok("irq_line", irq=SPI_LINE | 33, level=1)
    assert vmm.get("DIST_REGS", 0x204) == 0
    assert vmm.read(DIST + 0x204) == 2


def test_ispendr_sets_and_clears_the_latch() -> None:
    vmm = ready()
    vmm.must_set("DIST_REGS", 0x204, 0b0110)
    vmm.must_set("DIST_REGS", 0x204, 0b1010)
    assert vmm.get("DIST_REGS", 0x204) == 0b1010


def test_a_register_of_64_bits_is_two_of_32() -> None:
    vmm = ready(2)
    vmm.must_set("DIST_REGS", 0x6100, 1)
    vmm.must_set("DIST_REGS", 0x6104, 0xFF)
    assert [vmm.get("DIST_REGS", offset) for offset in (0x6100, 0x6104)] == [1, 0]
    assert vmm.get("REDIST_REGS", on_vcpu(1, 0xC)) == 1


@pytest.mark.parametrize(
    ("offset", "value", "errno"),
    [
        pytest.param(0x8, 0x4B00243B, None, id="revision 2"),
        pytest.param(0x8, 0x4B00343B, None, id="revision 3"),
        pytest.param(0x8, 0x4B00143B, "EINVAL", id="revision 1"),
        pytest.param(0x8, 0x4B00443B, "EINVAL", id="revision 4"),
        pytest.param(0x8, 0x4C00243B, "EINVAL", id="another product"),
        pytest.param(0xC, 0, None, id="GICD_TYPER2 as it reads"),
        pytest.param(0xC, 0x100, "EINVAL", id="GICD_TYPER2 of a GICv4.1"),
        pytest.param(0x4, 0xFFFFFFFF, None, id="GICD_TYPER, ignored"),
        pytest.param(0x10, 0, None, id="GICD_STATUSR, ignored"),
    ],
)
def test_identification_is_written_as_it_reads(offset: int, value: int, errno: str | None) -> None:
    assert ready().set("DIST_REGS", offset, value) == errno


@pytest.mark.parametrize(
    ("iidr", "ctlr"), [pytest.param(0x4B00243B, 0, id="revision 2"), pytest.param(0x4B00343B, 6, id="revision 3")]
)
def test_the_revision_decides_what_gicr_ctlr_announces(iidr: int, ctlr: int) -> None:
    vmm = ready()
    vmm.must_set("DIST_REGS", 0x8, iidr)
    assert [vmm.get("DIST_REGS", 0x8), vmm.get("REDIST_REGS", 0)] == [iidr, ctlr]


def test_gicd_statusr_reads_all_ones() -> None:
    assert ready().get("DIST_REGS", 0x10) == 0xFFFFFFFF
