"""Every allocation and every copy of every ioctl fails once: the errno, what is left, and the same call again."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import aiovgic
from aiovgic.bugs import (
    cache_store_leaks,
    device_fd_after_create,
    init_not_undone,
    its_base_stuck,
    lpi_import_half_done,
    mapd_loses_device,
    redist_slot_lost,
    vcpu_init_leaks_irqs,
)
from aiovgic.revisions import layers_of
from aiovgic.uapi.operations import OPERATIONS
from tests.uapi.failure_cases import CASES, GUEST
from tests.uapi.failures import Case, Failure, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syrupy.assertion import SnapshotAssertion

    from aiovgic.sync import Layer

ERRNOS = {"alloc": "ENOMEM", "copy": "EFAULT"}

DOCUMENTED = {
    ("create_vm", "alloc fd of the VM"): "the VM before it is gone",
    ("create_vm", "alloc kvm"): "the VM before it is gone",
    ("create_vm", "copy kvm_userspace_memory_region"): "two ioctls: the VM is there, and has no memory",
    ("create_vm", "alloc kvm_memory_slot"): "two ioctls: the VM is there, and has no memory",
    ("create_device vgic-v3", "copy to kvm_create_device"): "docs/facts/uapi.md#2: the device stays created",
    ("create_device vgic-v2", "copy to kvm_create_device"): "docs/facts/uapi.md#2: the device stays created",
    ("create_device vgic-its", "copy to kvm_create_device"): "docs/facts/uapi.md#2: the device stays created",
    ("get DIST_REGS of a vGICv2", "copy to the attribute"): "docs/facts/uapi.md#7: a get initialises a vGICv2",
    ("the first run", "alloc kvm_io_bus"): "docs/facts/uapi.md#12: the VM is dead",
}
"""What a failed call leaves behind by KVM's own rules, in every revision."""

DONE = {
    ("signal_msi", "alloc its0.cache"): "the MSI is delivered, and not cached",
    ("INT", "alloc its0.cache"): "the MSI is delivered, and not cached",
    ("the first run", "alloc kvm_mpidr_data"): "vCPUs are found by scanning",
    ("MAPD V=0", "copy to guest memory"): "docs/facts/its.md#3: the device is gone, the failed write is ignored",
    ("DISCARD", "copy to guest memory"): "docs/facts/its.md#3: the event is gone, the failed write is ignored",
}
"""Failures in spite of which it was done."""

WITHOUT = ("close_device", "destroy_vm", "check_extension", "irqfd_signal", "mem_write", "mem_read", "mem_scan", "wfi")
"""Operations that neither allocate nor copy anything."""

RACING = ("lpi_xa once more", "smaller kvm_io_bus")
"""What can fail only in a race, or only in the past."""


@cache
def failures(name: str, layers: Sequence[Layer] = ()) -> tuple[Failure, ...]:
    """What comes of a case by its name."""
    case = next(case for case in CASES if case.name == name)
    return tuple(walk(case, layers))


def table(layers: Sequence[Layer]) -> list[str]:
    """All failures of all cases, a line each."""
    return [f"{case.name}: {failure}" for case in CASES for failure in failures(case.name, tuple(layers))]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_fails_leaves_nothing_behind_and_can_be_repeated(case: Case) -> None:
    for failure in failures(case.name):
        key = case.name, failure.site
        if key in DOCUMENTED:
            assert failure.left
            continue
        if key in DONE or case.thread == GUEST:
            assert failure.errno == "ok"
        else:
            assert failure.errno == ERRNOS[failure.site.split(maxsplit=1)[0]]
        assert bool(failure.left) == (key in DONE)
        assert not failure.again


def test_every_failure_and_what_comes_of_it(snapshot: SnapshotAssertion) -> None:
    assert "\n".join(table(layers_of("fixed"))) == snapshot


def test_what_6_12_leaves_behind_besides(snapshot: SnapshotAssertion) -> None:
    fixed = table(layers_of("fixed"))
    more = [line for line in table(layers_of("v6.12")) if line not in fixed]
    assert "\n".join(more) == snapshot


@pytest.mark.parametrize(
    ("bug", "case", "site", "shows"),
    [
        (cache_store_leaks, "signal_msi", "alloc its0.cache", "again other irqs.irq8192.refs"),
        (device_fd_after_create, "create_device vgic-v3", "alloc fd of the device", "leaves vm.model"),
        (device_fd_after_create, "create_device vgic-its", "alloc fd of the device", "leaves vm.has_its, vm.propbaser"),
        (init_not_undone, "INIT", "alloc default kvm_irq_routing_table", "leaves vm.nr_spis; again other lost"),
        (its_base_stuck, "set the address of an ITS", "alloc kvm_io_bus", "leaves its.its0.base; again EEXIST"),
        (lpi_import_half_done, "MAPTI of a pending LPI", "copy to guest memory", "leaves vcpus.vcpu0.ap_list"),
        (mapd_loses_device, "MAPD once more", "alloc its0.device2", "leaves its.its0.events.2:0"),
        (redist_slot_lost, "create_vcpu with a vGIC", "alloc vcpu_array", "leaves regions.rdreg0"),
        (vcpu_init_leaks_irqs, "create_vcpu with a vGIC", "alloc kvm_io_bus", "leaves lost; again other lost"),
    ],
    ids=lambda value: value.__name__.rpartition(".")[2] if hasattr(value, "LAYERS") else None,
)
def test_each_fault_of_6_12_shows_by_itself(bug: Any, case: str, site: str, shows: str) -> None:
    found = [str(failure) for failure in failures(case, bug.LAYERS) if failure.site == site]
    assert any(shows in line for line in found), found


def test_every_operation_that_can_fail_is_walked() -> None:
    walked = {op.name for case in CASES for op in case.twice()}
    assert {*OPERATIONS} - walked == {*WITHOUT} - walked | {"mmio_read", "sysreg_read", "sysreg_write"}


def named_sites() -> Iterator[str]:
    """What the package says may fail, where it says so in plain words."""
    for path in sorted(Path(aiovgic.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"alloc", "alloc_fails", "copy", "copy_fails"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)


def test_every_place_that_can_fail_is_walked() -> None:
    walked = {failure.site.split(maxsplit=1)[1] for case in CASES for failure in failures(case.name)}
    named = list(named_sites())
    assert len(named) > 20
    assert [site for site in named if site not in walked] == [site for site in named if site in RACING]
