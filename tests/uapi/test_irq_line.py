"""KVM_IRQ_LINE: three types of line (docs/facts/uapi.md#9)."""

from __future__ import annotations

import pytest

from tests.machines import DIST, REDIST, gicv3
from tests.model.its_guest import LPI, ItsGuest
from tests.uapi.vmm import PPI_LINE, SPI_LINE, Vmm, ready

CPU_LINE = 0
ISR_I, ISR_F = 1 << 7, 1 << 6


def line(kind: int, number: int, vcpu: int = 0) -> int:
    """The irq field."""
    return kind | (vcpu >> 8) << 28 | (vcpu & 0xFF) << 16 | number


@pytest.mark.parametrize(
    ("irq", "errno"),
    [
        pytest.param(line(CPU_LINE, 0), None, id="a vCPU's IRQ"),
        pytest.param(line(CPU_LINE, 1), None, id="a vCPU's FIQ"),
        pytest.param(line(CPU_LINE, 2), "EINVAL", id="a third line of a vCPU"),
        pytest.param(line(CPU_LINE, 0, 7), "EINVAL", id="a line of no vCPU"),
        pytest.param(line(SPI_LINE, 40), "ENXIO", id="an SPI"),
        pytest.param(line(SPI_LINE, 3), "ENXIO", id="an SPI that is none"),
        pytest.param(line(PPI_LINE, 20), "ENXIO", id="a PPI"),
        pytest.param(line(PPI_LINE, 20, 7), "ENXIO", id="a PPI of no vCPU"),
        pytest.param(line(3 << 24, 0), "EINVAL", id="an unknown type"),
    ],
)
def test_without_a_vgic(irq: int, errno: str | None) -> None:
    assert Vmm(1).errno("irq_line", irq=irq, level=1) == errno


@pytest.mark.parametrize(
    ("irq", "errno"),
    [
        pytest.param(line(CPU_LINE, 2, 7), "ENXIO", id="any line of any vCPU"),
        pytest.param(line(SPI_LINE, 31), "EINVAL", id="an SPI that is a PPI"),
        pytest.param(line(SPI_LINE, 32), None, id="the first SPI"),
        pytest.param(line(SPI_LINE, 40, 0xFFF), None, id="an SPI with a vCPU, which plays no part"),
        pytest.param(line(SPI_LINE, 255), None, id="the last SPI"),
        pytest.param(line(SPI_LINE, 256), "EINVAL", id="one beyond"),
        pytest.param(line(SPI_LINE, 8192), "EINVAL", id="an LPI that is not mapped"),
        pytest.param(line(SPI_LINE, 0xFFFF), "EINVAL", id="the last INTID"),
        pytest.param(line(PPI_LINE, 15), "EINVAL", id="a PPI that is an SGI"),
        pytest.param(line(PPI_LINE, 16), None, id="the first PPI"),
        pytest.param(line(PPI_LINE, 31), None, id="the last PPI"),
        pytest.param(line(PPI_LINE, 32), "EINVAL", id="a PPI that is an SPI"),
        pytest.param(line(PPI_LINE, 16, 7), "EINVAL", id="a PPI of no vCPU"),
        pytest.param(line(3 << 24, 40), "EINVAL", id="an unknown type"),
        pytest.param(line(15 << 24, 40), "EINVAL", id="another unknown type"),
    ],
)
def test_with_a_vgic(irq: int, errno: str | None) -> None:
    assert ready().errno("irq_line", irq=irq, level=1) == errno


@pytest.mark.parametrize(
    ("irq", "errno"),
    [
        pytest.param(line(SPI_LINE, 40), "EBUSY", id="an SPI"),
        pytest.param(line(SPI_LINE, 0xFFFF), "EBUSY", id="an SPI out of range"),
        pytest.param(line(SPI_LINE, 31), "EINVAL", id="an SPI that is none"),
        pytest.param(line(PPI_LINE, 20), "EBUSY", id="a PPI"),
        pytest.param(line(PPI_LINE, 20, 7), "EINVAL", id="a PPI of no vCPU"),
    ],
)
def test_before_init(irq: int, errno: str) -> None:
    assert Vmm(1, "vgic-v3").errno("irq_line", irq=irq, level=1) == errno


@pytest.mark.parametrize("vcpu", [5, 300])
def test_a_line_names_its_vcpu_by_id(vcpu: int) -> None:
    vmm = ready([1, vcpu])
    vmm.ok("irq_line", irq=line(PPI_LINE, 20, vcpu), level=1)
    assert vmm.vm.vcpus.value[1].private_irq(20) is not None
    assert [irq.line_level for irq in vmm.vm.vcpus.value[1].private_irqs.value.made()] == [True]  # type: ignore[union-attr]


@pytest.mark.parametrize(("number", "isr"), [pytest.param(0, ISR_I, id="IRQ"), pytest.param(1, ISR_F, id="FIQ")])
def test_a_vcpus_own_line_is_seen_by_its_guest_while_it_is_high(number: int, isr: int) -> None:
    vmm = Vmm(2)
    vmm.ok("irq_line", irq=line(CPU_LINE, number, 1), level=1)
    seen = [int(vmm.ok("sysreg_read", vcpu=vcpu, reg="ISR_EL1")["value"], 0) for vcpu in (0, 1)]
    assert seen == [0, isr]
    vmm.ok("irq_line", irq=line(CPU_LINE, number, 1), level=0)
    assert vmm.ok("sysreg_read", vcpu=1, reg="ISR_EL1")["value"] == "0x0"


@pytest.mark.parametrize("level", [2, 0xFFFFFFFF])
def test_every_level_but_0_is_high(level: int) -> None:
    vmm = ready()
    vmm.ok("irq_line", irq=line(SPI_LINE, 40), level=level)
    assert vmm.get("DIST_REGS", 0x204) == 1 << 8


def test_a_falling_edge_means_nothing() -> None:
    vmm = ready()
    vmm.ok("irq_line", irq=line(SPI_LINE, 40), level=0)
    assert vmm.get("DIST_REGS", 0x204) == 0


def test_a_mapped_lpi_can_be_raised_past_its_its() -> None:
    guest = ItsGuest()
    guest.config(LPI)
    guest.map((0, LPI, 0))
    assert guest.bench.errno("irq_line", irq=line(SPI_LINE, LPI), level=1) is None
    assert guest.take() == LPI


@pytest.mark.parametrize("ppi", [27, 30])
def test_a_timers_line_is_userspaces_only_until_the_first_run(ppi: int) -> None:
    vmm = ready()
    vmm.ok("irq_line", irq=line(PPI_LINE, ppi), level=1)
    assert vmm.get("LEVEL_INFO") == 1 << ppi
    assert vmm.run() is None
    assert vmm.get("LEVEL_INFO") == 0
    assert vmm.errno("irq_line", irq=line(PPI_LINE, ppi), level=1) is None
    assert vmm.get("LEVEL_INFO") == 0


def test_a_level_that_does_not_change_is_no_event() -> None:
    bench = gicv3()
    bench.write(DIST + 0xC08, 0)
    bench.ok("irq_line", irq=line(SPI_LINE, 32), level=1)
    bench.write(DIST + 0x104, 1)
    bench.ok("irq_line", irq=line(SPI_LINE, 32), level=1)
    assert bench.icc("IAR1") == 32


def test_a_ppi_is_level_and_pending_while_its_line_is_high() -> None:
    bench = gicv3()
    bench.ok("irq_line", irq=line(PPI_LINE, 20), level=1)
    assert bench.read(REDIST + 0x10200) == 1 << 20
    bench.ok("irq_line", irq=line(PPI_LINE, 20), level=0)
    assert bench.read(REDIST + 0x10200) == 0
