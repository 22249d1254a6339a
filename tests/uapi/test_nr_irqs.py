"""NR_IRQS: how many interrupts, once (docs/facts/uapi.md#6)."""

from __future__ import annotations

import pytest

from tests.uapi.vmm import SPI_LINE, Vmm, ready

GICD_TYPER = 4


@pytest.mark.parametrize(
    ("value", "errno"),
    [
        pytest.param(0, "EINVAL", id="none"),
        pytest.param(32, "EINVAL", id="private ones alone"),
        pytest.param(64, None, id="the fewest"),
        pytest.param(65, "EINVAL", id="no multiple of 32"),
        pytest.param(992, None, id="the most in practice"),
        pytest.param(1020, "EINVAL", id="the architecture's most"),
        pytest.param(1024, "EINVAL", id="the most of KVM's own page"),
        pytest.param(1 << 32 | 64, None, id="only 32 bits are read"),
        pytest.param(-64, "EINVAL", id="negative"),
    ],
)
def test_a_number_of_interrupts_is_a_multiple_of_32_from_64_to_992(value: int, errno: str | None) -> None:
    assert Vmm(1, "vgic-v3").set("NR_IRQS", 0, value) == errno


def test_before_anything_is_set_there_are_32() -> None:
    assert Vmm(1, "vgic-v3").get("NR_IRQS") == 32


def test_a_get_writes_4_bytes_of_the_buffer() -> None:
    assert Vmm(1, "vgic-v3").get("NR_IRQS", value=0xAAAAAAAABBBBBBBB) == 0xAAAAAAAA00000020


def test_the_attribute_itself_plays_no_part() -> None:
    vmm = Vmm(1, "vgic-v3")
    assert vmm.set("NR_IRQS", 77, 96) is None
    assert vmm.get("NR_IRQS", 1 << 40) == 96
    assert vmm.has("NR_IRQS", 5) is None


def test_it_is_set_once() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.must_set("NR_IRQS", 0, 96)
    assert vmm.set("NR_IRQS", 0, 96) == "EBUSY"


def test_init_fixes_it_at_256() -> None:
    vmm = ready()
    assert vmm.get("NR_IRQS") == 256
    assert vmm.set("NR_IRQS", 0, 64) == "EBUSY"


@pytest.mark.parametrize(
    ("value", "bad", "errno"),
    [
        pytest.param(1, True, "EFAULT", id="a bad pointer first"),
        pytest.param(1, False, "EINVAL", id="then the number"),
        pytest.param(64, False, "EBUSY", id="then whether it is fixed"),
    ],
)
def test_the_order_of_checks(value: int, bad: bool, errno: str) -> None:
    assert ready().set("NR_IRQS", 0, value, bad=bad) == errno


def test_a_get_to_a_bad_pointer_is_a_fault() -> None:
    assert Vmm(1, "vgic-v3").get_errno("NR_IRQS", bad=True) == "EFAULT"


@pytest.mark.parametrize(
    ("number", "typer", "with_its"),
    [
        pytest.param(64, 0x480001, 0x7A0001, id="64"),
        pytest.param(96, 0x480002, 0x7A0002, id="96"),
        pytest.param(256, 0x480007, 0x7A0007, id="256"),
        pytest.param(992, 0x48001E, 0x7A001E, id="992"),
    ],
)
def test_gicd_typer_shows_the_number_and_any_its_that_comes_later(number: int, typer: int, with_its: int) -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.must_set("NR_IRQS", 0, number)
    vmm.must_set("CTRL", "INIT")
    assert vmm.get("DIST_REGS", GICD_TYPER) == typer
    vmm.ok("create_device", type="vgic-its")
    assert vmm.get("DIST_REGS", GICD_TYPER) == with_its


def test_no_line_is_beyond_it() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.must_set("NR_IRQS", 0, 64)
    vmm.must_set("CTRL", "INIT")
    assert vmm.errno("irq_line", irq=SPI_LINE | 63, level=1) is None
    assert vmm.errno("irq_line", irq=SPI_LINE | 64, level=1) == "EINVAL"
