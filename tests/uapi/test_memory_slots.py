"""The memory of KVM_CREATE_VM: what a slot may be, in the order it is checked, and what userspace then reads."""

from __future__ import annotations

import pytest

from tests.machines import Bench

PAGE = 0x1000
END = 1 << 40


@pytest.mark.parametrize(
    ("gpa", "size", "errno"),
    [
        pytest.param(0x40000000, PAGE, None, id="a page"),
        pytest.param(END - PAGE, PAGE, None, id="the last page"),
        pytest.param(0x40000000, 0, "EINVAL", id="nothing"),
        pytest.param(0x40000000, PAGE // 2, "EINVAL", id="half a page"),
        pytest.param(0x40000800, PAGE, "EINVAL", id="not at a page"),
        pytest.param(END - PAGE, 2 * PAGE, "EFAULT", id="past the end"),
        pytest.param(0x40000000, (1 << 43) - PAGE, "EFAULT", id="as many pages as there may be"),
        pytest.param(0x40000000, 1 << 43, "EINVAL", id="one more"),
        pytest.param((1 << 64) - PAGE, PAGE, "EINVAL", id="to the end of 64 bits"),
        pytest.param(0x40000000, 1 << 48, "ENOMEM", id="more than userspace can map"),
    ],
)
def test_a_slot(gpa: int, size: int, errno: str | None) -> None:
    assert Bench().errno("create_vm", ram_gpa=gpa, ram_size=size) == errno


def test_what_was_refused_is_userspaces_memory_all_the_same() -> None:
    bench = Bench()
    assert bench.errno("create_vm", ram_gpa=END, ram_size=PAGE) == "EFAULT"
    bench.ok("mem_write", gpa=END, u64=[5])
    assert bench.ok("mem_scan", gpa=END, len=PAGE)["words"] == [[hex(END), "0x5"]]


def test_what_could_not_be_mapped_is_not() -> None:
    bench = Bench()
    assert bench.errno("create_vm", ram_size=0) == "EINVAL"
    assert bench.errno("mem_read", gpa=0x40000000, len=0) == "EFAULT"
