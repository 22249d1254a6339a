"""Redistributor regions: how userspace writes them, and which vCPU gets which frame (docs/facts/uapi.md#5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.uapi.vmm import NOWHERE, Vmm, on_vcpu, region

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPER = 0x8


def frames(vmm: Vmm) -> list[int | None]:
    """Where each vCPU's frame is, in order of creation."""
    bases = [vcpu.rd.base_addr for vcpu in vmm.vm.vcpus.value]
    return [None if base == NOWHERE else base for base in bases]


def typers(vmm: Vmm) -> dict[int, int]:
    """The low word of every vCPU's GICR_TYPER, by vCPU id."""
    ids = [vcpu.vcpu_id for vcpu in vmm.vm.vcpus.value]
    return {vcpu: vmm.get("REDIST_REGS", on_vcpu(vcpu, TYPER)) for vcpu in ids}


@pytest.mark.parametrize(
    ("word", "errno"),
    [
        pytest.param(region(0, 0x100000, 0), "EINVAL", id="no count"),
        pytest.param(region(1, 0x100000, 0, flags=1), "EINVAL", id="a flag"),
        pytest.param(region(1, 0x100000, 1), "EINVAL", id="a first one that is not number 0"),
        pytest.param(region(1, 0x100000, 256), None, id="an index of 256, which is 0 to KVM"),
        pytest.param(region(1, 0x100000, 0xF00), None, id="an index whose low byte is 0"),
        pytest.param(region(4095, 0x100000, 0), None, id="the largest count"),
        pytest.param(region(4095, (1 << 40) - 4094 * 0x20000, 0), "E2BIG", id="one frame beyond memory"),
    ],
)
def test_the_first_region(word: int, errno: str | None) -> None:
    assert Vmm(1, "vgic-v3").set("ADDR", "V3_REDIST_REGION", word) == errno


def test_a_get_narrows_the_index_too() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.add_region(1, 0x100000, 0)
    assert vmm.get("ADDR", "V3_REDIST_REGION", 0x100) == region(1, 0x100000, 0)


def test_a_get_reads_its_index_before_anything_else() -> None:
    assert Vmm(1, "vgic-v3").get_errno("ADDR", "V3_REDIST_REGION", 7, bad=True) == "EFAULT"


def test_a_new_region_serves_those_without_a_frame_in_order_of_creation() -> None:
    vmm = Vmm([3, 0, 2], "vgic-v3")
    vmm.add_region(2, 0x200000, 0)
    assert frames(vmm) == [0x200000, 0x220000, None]
    vmm.add_region(1, 0x100000, 1)
    assert frames(vmm) == [0x200000, 0x220000, 0x100000]


def test_a_new_vcpu_takes_the_next_slot() -> None:
    vmm = Vmm(1, "vgic-v3")
    vmm.add_region(2, 0x200000, 0)
    vmm.ok("create_vcpu", id=9)
    vmm.ok("create_vcpu", id=5)
    assert frames(vmm) == [0x200000, 0x220000, None]


def test_a_region_that_no_frame_fits_in_leaves_nothing_behind() -> None:
    vmm = Vmm(2, "vgic-v3")
    vmm.must_set("ADDR", "V3_DIST", 0x220000)
    assert vmm.region(2, 0x200000, 0) == "EINVAL"
    assert frames(vmm) == [None, None]
    assert vmm.vm.bus.ranges.value == ()
    vmm.add_region(2, 0x100000, 0)
    assert frames(vmm) == [0x100000, 0x120000]


@pytest.mark.parametrize(
    ("ids", "regions", "expected"),
    [
        pytest.param(
            (0, 3, 5, 4, 1, 2),
            ((2, 0x100000), (2, 0x240000), (2, 0x200000)),
            {0: 0x000, 3: 0x310, 5: 0x500, 4: 0x410, 1: 0x100, 2: 0x200},
            id="three regions of two",
        ),
        pytest.param((0, 3, 1, 2), (), {0: 0x000, 3: 0x300, 1: 0x100, 2: 0x200}, id="none"),
        pytest.param(
            (0, 3, 1, 2), ((2, 0x200000),), {0: 0x000, 3: 0x310, 1: 0x100, 2: 0x200}, id="one for half of them"
        ),
        pytest.param(
            (0, 3, 1, 2),
            ((2, 0x200000), (10, 0x20000)),
            {0: 0x000, 3: 0x310, 1: 0x100, 2: 0x210},
            id="a second with room to spare",
        ),
    ],
)
def test_gicr_typer_says_who_is_last_in_a_region(
    ids: Sequence[int], regions: Sequence[tuple[int, int]], expected: dict[int, int]
) -> None:
    vmm = Vmm(ids, "vgic-v3")
    for index, (count, base) in enumerate(regions):
        vmm.add_region(count, base, index)
    vmm.must_set("CTRL", "INIT")
    assert typers(vmm) == expected


def test_in_a_legacy_region_only_the_last_vcpu_is_last() -> None:
    vmm = Vmm((0, 3, 5, 4, 1, 2), "vgic-v3")
    vmm.must_set("ADDR", "V3_REDIST", 0x100000)
    vmm.must_set("CTRL", "INIT")
    assert [vcpu for vcpu, typer in typers(vmm).items() if typer & 0x10] == [2]


def test_a_region_after_a_gap_makes_the_one_before_last_again() -> None:
    vmm = Vmm(2, "vgic-v3")
    vmm.add_region(1, 0x100000, 0)
    vmm.add_region(1, 0x140000, 1)
    vmm.must_set("CTRL", "INIT")
    assert typers(vmm) == {0: 0x010, 1: 0x110}
